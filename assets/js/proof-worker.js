//  Looks for a proof beside the page, so that typing stays smooth.

import { search } from './proof.js';

addEventListener('message', ({ data }) => postMessage(search(data.token, data.bits)));
