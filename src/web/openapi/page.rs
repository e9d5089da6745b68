//! The documentation page, rendered once from the definition.
//!
//! It reads without script; the script beside it adds a form to try each operation.

use askama::Template;
use serde_json::Value;

use super::METHODS;
use super::sample::{kind, sample};
use crate::web::{Problem, Text, asset_base};

#[derive(Template)]
#[template(path = "api_docs.html")]
struct Page {
    t: Text<'static>,
    asset_base: String,
    version: &'static str,
    groups: Vec<Group>,
}

struct Group {
    name: String,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: Words,
    description: Words,
    access: String,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    answers: Vec<Answer>,
}

struct Parameter {
    name: String,
    place: String,
    kind: String,
    required: bool,
    description: Words,
}

struct Body {
    content_type: String,
    sample: String,
}

struct Answer {
    status: String,
    description: Words,
    sample: String,
}

/// A text whose words between backticks are code, as the comments it comes from are written.
struct Words(Vec<(bool, String)>);

impl Words {
    fn of(text: &str) -> Self {
        let pieces = text.trim().split('`').enumerate();
        let pieces = pieces.filter(|(_, piece)| !piece.is_empty());
        Self(
            pieces
                .map(|(at, piece)| (at % 2 == 1, piece.to_owned()))
                .collect(),
        )
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The page of a completed definition.
pub(super) fn render(document: &Value) -> Result<String, Problem> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let name = operation["tags"][0].as_str().unwrap_or("other").to_owned();
            let operation = read(document, path, method, operation);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.operations.push(operation),
                None => groups.push(Group {
                    name,
                    operations: vec![operation],
                }),
            }
        }
    }
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    let page = Page {
        t: Text::english(),
        asset_base: asset_base(),
        version: env!("CARGO_PKG_VERSION"),
        groups,
    };
    page.render().map_err(Problem::internal)
}

fn read(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let text = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let answers = operation["responses"].as_object().into_iter().flatten();
    Operation {
        id: text("operationId"),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: Words::of(&text("summary")),
        description: Words::of(&text("description")),
        access: access(operation),
        parameters: parameters
            .map(|parameter| read_parameter(document, parameter))
            .collect(),
        body: read_content(document, &operation["requestBody"])
            .map(|(content_type, sample)| Body { content_type, sample }),
        answers: answers
            .filter(|(status, _)| *status != "default")
            .map(|(status, answer)| Answer {
                status: status.clone(),
                description: Words::of(answer["description"].as_str().unwrap_or_default()),
                sample: read_content(document, answer)
                    .map(|(_, sample)| sample)
                    .unwrap_or_default(),
            })
            .collect(),
    }
}

fn read_parameter(document: &Value, parameter: &Value) -> Parameter {
    let target = parameter["$ref"]
        .as_str()
        .and_then(|path| document.pointer(path.strip_prefix('#')?));
    let parameter = target.unwrap_or(parameter);
    let text = |name: &str| parameter[name].as_str().unwrap_or_default().to_owned();
    Parameter {
        name: text("name"),
        place: text("in"),
        kind: kind(document, &parameter["schema"]),
        required: parameter["required"].as_bool().unwrap_or(false),
        description: Words::of(&text("description")),
    }
}

/// The first content type of a body or an answer, with a sample.
fn read_content(document: &Value, holder: &Value) -> Option<(String, String)> {
    let (content_type, content) = holder["content"].as_object()?.iter().next()?;
    let value = sample(document, &content["schema"]);
    let text = match value {
        Value::String(text) => text,
        other => serde_json::to_string_pretty(&other).ok()?,
    };
    Some((content_type.clone(), text))
}

/// Who may call, from the declared security.
fn access(operation: &Value) -> String {
    let declared: Vec<&Value> = operation["security"].as_array().into_iter().flatten().collect();
    let scope = declared.iter().find_map(|entry| entry["key"][0].as_str());
    match (declared.is_empty(), scope) {
        (true, _) => "public".to_owned(),
        (false, Some(scope)) => format!("session, or key with scope {scope}"),
        (false, None) => "session".to_owned(),
    }
}
