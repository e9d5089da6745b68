//! A mail server at the other end of the line: it wants neither TLS nor a password, and takes what it is given.

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

const GOOD: &str = "the mailer stays on the line";

/// Takes one mail, and returns all that it was told.
pub async fn take_mail(listener: TcpListener) -> String {
    let (stream, _) = listener.accept().await.expect("somebody comes with a mail");
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink ESMTP\r\n").await.expect(GOOD);
    let (mut told, mut in_data) = (String::new(), false);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.expect(GOOD) == 0 {
            return told;
        }
        told.push_str(&line);
        let answer: &[u8] = match line.trim_end() {
            "DATA" => {
                in_data = true;
                b"354 go on\r\n"
            }
            "." => {
                stream.write_all(b"250 taken\r\n").await.expect(GOOD);
                return told;
            }
            "QUIT" => return told,
            _ if in_data => continue,
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).await.expect(GOOD);
    }
}
