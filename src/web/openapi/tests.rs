use serde_json::{Value, json};
use utoipa_axum::routes;

use super::sample::{kind, sample};
use super::*;
use crate::web::{Access, Routes};

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Antenna {
    name: String,
    height_m: u32,
    #[schema(no_recursion)]
    next: Option<Box<Antenna>>,
}

mod first {
    /// Lists antennas with their `height_m`.
    #[utoipa::path(get, path = "/api/v1/antennas", tag = "station", params(("q" = Option<String>, Query, description = "Part of the name.")))]
    pub(super) async fn list() {}
    #[utoipa::path(post, path = "/api/v1/antennas", tag = "station", request_body = super::Antenna)]
    pub(super) async fn create() {}
}

mod second {
    #[utoipa::path(get, path = "/api/v1/masts", tag = "station")]
    pub(super) async fn list() {}
}

fn document() -> Value {
    let routes = Routes::<()>::new()
        .api(Access::Key("station.read"), routes!(first::list))
        .api(Access::Key("station.write"), routes!(first::create))
        .api(Access::Public, routes!(second::list));
    let (_, openapi, declared) = routes.finish();
    assert_eq!(declared.iter().count(), 3);
    let document = Document::default();
    assert_eq!(document.ready().unwrap_err().body().code, "not_found");
    document.publish(&openapi).unwrap();
    let ready = document.ready().unwrap();
    assert!(
        ready
            .html
            .contains("Lists antennas with their <code>height_m</code>."),
        "{}",
        ready.html
    );
    assert!(ready.html.contains("session, or key with scope station.write"));
    assert!(!ready.html.contains("<script>"));
    serde_json::from_slice(&ready.json).unwrap()
}

#[test]
fn every_operation_is_completed() {
    let document = document();
    let list = &document["paths"]["/api/v1/antennas"]["get"];
    assert_eq!(
        list["security"],
        json!([{ "session": [] }, { "key": ["station.read"] }])
    );
    assert_eq!(
        list["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"],
        "#/components/schemas/Problem"
    );
    assert!(document["components"]["schemas"]["Problem"]["properties"]["code"].is_object());
    assert_eq!(list["operationId"], "list");
    assert_eq!(
        document["paths"]["/api/v1/masts"]["get"]["operationId"],
        "get_masts"
    );
    assert_eq!(document["paths"]["/api/v1/masts"]["get"]["security"], Value::Null);
    let create = &document["paths"]["/api/v1/antennas"]["post"];
    assert_eq!(
        create["parameters"][0]["$ref"],
        "#/components/parameters/idempotency_key"
    );
}

#[test]
fn samples_show_the_shape_and_end() {
    let document = document();
    let shown = sample(&document, &json!({ "$ref": "#/components/schemas/Antenna" }));
    assert_eq!(shown["name"], "text");
    assert_eq!(shown["height_m"], 0);
    assert_eq!(
        kind(
            &document,
            &json!({ "type": "array", "items": { "enum": ["a", "b"] } })
        ),
        "a | b, repeated"
    );
    assert_eq!(
        kind(&document, &json!({ "type": ["integer", "null"] })),
        "integer"
    );
}
