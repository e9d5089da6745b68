//  The review queue: a quiet line says that something came or went; nothing moves under the reader's hands.

import { one } from '../dom.js';
import { bus } from '../ws.js';

bus().subscribe('reviews', () => { one('[data-news]').hidden = false; });
