use super::*;

#[test]
fn placeholder_cursor_round_trip() {
    let signer = Signer::new([7; 32]);
    let text = Cursor(vec![1, 2, 3]).seal(&signer, "a");
    assert_eq!(Cursor::open(&signer, "a", &text).unwrap(), Cursor(vec![1, 2, 3]));
    assert_eq!(
        Cursor::open(&signer, "b", &text).unwrap_err().code(),
        "bad_cursor"
    );
}
