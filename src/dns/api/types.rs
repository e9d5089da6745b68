//! Help for the types of records: what each is for, its fields, an example. For pages, and for whoever writes a client.

use std::sync::LazyLock;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::DnsState;
use crate::dns::rdata;
use crate::dns::rules::help::{TYPES, TypeHelp};
use crate::web::Json;

/// A type of records.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct TypeView {
    #[serde(rename = "type")]
    #[schema(example = "MX")]
    kind: String,
    /// What it is for, in a few words.
    title: &'static str,
    /// What to know about it.
    text: &'static str,
    /// The name of the example.
    name: &'static str,
    /// The content of the example.
    content: &'static str,
    /// Each field of the content in order.
    fields: Vec<FieldHelp>,
    /// Whether it is among those that most people need.
    usual: bool,
}

/// A field of a record's content.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct FieldHelp {
    name: &'static str,
    text: &'static str,
    /// `word`: one without blanks; `text`: in double quotes; `words`: several, as they stand.
    form: &'static str,
}

/// Types.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct TypeList {
    items: Vec<TypeView>,
}

static ALL: LazyLock<TypeList> = LazyLock::new(|| TypeList {
    items: TYPES.iter().map(TypeView::of).collect(),
});

impl TypeView {
    fn of(help: &TypeHelp) -> Self {
        let fields = help.fields.iter().map(|&(name, text)| FieldHelp {
            name,
            text,
            form: rdata::form_of(help.kind, name),
        });
        Self {
            kind: help.kind.to_string(),
            title: help.title,
            text: help.text,
            name: help.owner,
            content: help.example,
            fields: fields.collect(),
            usual: help.usual,
        }
    }
}

/// The types that members can have, the usual ones first, with help and an example each.
#[utoipa::path(get, path = "/api/v1/dns/types", tag = "dns", responses((status = 200, body = TypeList)))]
pub(super) async fn list(State(_): State<DnsState>) -> Json<&'static TypeList> {
    Json(&ALL)
}
