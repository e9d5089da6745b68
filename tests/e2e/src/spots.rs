//! Spots as other programs send them, and the page that shows them.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{Chrome, Server};

impl Server {
    /// Sends a spot by the API; anything but a new spot is an error.
    pub async fn spot(&self, key: &str, spot: &Value) -> Result<()> {
        let bearer = format!("Bearer {key}");
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
        ];
        let body = spot.to_string();
        let reply = self
            .ask("POST", "/api/v1/dx/spots", &headers, body.as_bytes())
            .await?;
        anyhow::ensure!(reply.status == 201, "{} {}", reply.status, reply.body);
        Ok(())
    }
}

impl Chrome {
    /// An API key of the signed-in member's own, with all that spots need.
    pub async fn spot_key(&self) -> Result<String> {
        let asked = json!({"name": "spots", "scopes": ["dx.read", "dx.write"]});
        let made = self.api("POST", "/apikeys", Some(asked)).await?;
        made["key"].as_str().map(str::to_owned).context("no key made")
    }

    /// Opens the cluster's page and waits until it is live.
    pub async fn open_cluster(&self, server: &Server) -> Result<()> {
        self.open(&format!("{}/dx", server.url)).await?;
        self.has("[data-link][data-state=open]").await?;
        self.has("sb-table.live [role=grid]").await
    }
}
