//! XML as these services write it: elements of text, nothing nested that a value could reach.
//!
//! Names of elements are the program's own; values are anybody's. They are escaped, and what XML 1.0 cannot hold is
//! left out, so that no value can end its element or make the document unreadable.

/// A document under construction.
pub(super) struct Xml {
    out: String,
    root: &'static str,
}

impl Xml {
    /// A document whose root element has these attributes; the values of these are the program's own too.
    pub(super) fn new(root: &'static str, attributes: &[(&str, &str)]) -> Self {
        let mut out = String::with_capacity(1024);
        out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<");
        out.push_str(root);
        for (name, value) in attributes {
            out.push_str(&format!(" {name}=\"{}\"", escaped(value)));
        }
        out.push_str(">\n");
        Self { out, root }
    }

    /// An element with elements in it.
    pub(super) fn group(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.out.push_str(&format!("<{name}>\n"));
        fill(self);
        self.out.push_str(&format!("</{name}>\n"));
    }

    /// An element with a text in it, also an empty one.
    pub(super) fn value(&mut self, name: &str, text: &str) {
        let text = escaped(&clean(text));
        if text.is_empty() {
            self.out.push_str(&format!("<{name}/>\n"));
        } else {
            self.out.push_str(&format!("<{name}>{text}</{name}>\n"));
        }
    }

    /// An element with a text in it; nothing where there is none.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        if !clean(text).is_empty() {
            self.value(name, text);
        }
    }

    /// What went wrong, to the letter: clients compare it, also a blank at its end.
    pub(super) fn error(&mut self, text: &str) {
        let blank = if text.ends_with(' ') { " " } else { "" };
        self.out
            .push_str(&format!("<Error>{}{blank}</Error>\n", escaped(&clean(text))));
    }

    /// An element with a number in it, where there is one.
    pub(super) fn number(&mut self, name: &str, number: Option<impl std::fmt::Display>) {
        if let Some(number) = number {
            self.value(name, &number.to_string());
        }
    }

    /// The document.
    pub(super) fn finish(mut self) -> String {
        self.out.push_str(&format!("</{}>\n", self.root));
        self.out
    }
}

/// A value on one line: every kind of blank is a space, control characters and what no character is are left out.
pub(in crate::callbook) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            letter if letter.is_whitespace() => out.push(' '),
            '\u{FFFE}' | '\u{FFFF}' => {}
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out.trim().to_owned()
}

/// A text with nothing in it that XML or HTML would take for markup, in elements and in attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_reach_the_markup() {
        let mut xml = Xml::new("a", &[("version", "1")]);
        xml.group("b", |xml| {
            xml.value("c", "</c><d>&amp;]]>\"'\u{0}\u{1b}\u{85}\u{ffff}\nO'Brien");
            xml.text("left_out", " \u{7} ");
            xml.value("empty", "");
            xml.number("n", Some(7));
            xml.number("none", None::<u8>);
        });
        insta::assert_snapshot!(xml.finish(), @r#"
        <?xml version="1.0" encoding="utf-8" ?>
        <a version="1">
        <b>
        <c>&lt;/c&gt;&lt;d&gt;&amp;amp;]]&gt;&quot;&#39;  O&#39;Brien</c>
        <empty/>
        <n>7</n>
        </b>
        </a>
        "#);
    }
}
