//! The table of the program's own parts and what each may do, for administrators to read.

use serde::Serialize;
use utoipa::ToSchema;

use super::gate::Who;
use crate::identity::authority::{Capability, Service};
use crate::web::{Json, ProblemBody, Result};

/// A part of the program that acts by itself.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceLine {
    /// Its name in the audit trail.
    name: &'static str,
    /// All that it may do.
    capabilities: Vec<&'static str>,
}

/// A thing that not everybody may do with what is not their own.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CapabilityLine {
    name: &'static str,
    /// Whether an administrator has it by being one.
    administrators: bool,
    /// Whether an administrator must have shown the password lately.
    confirmed: bool,
}

/// Who has which capability.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuthorityBody {
    services: Vec<ServiceLine>,
    capabilities: Vec<CapabilityLine>,
}

/// The program's own parts, and what each may do.
#[utoipa::path(get, path = "/api/v1/admin/services", tag = "admin", responses(
    (status = 200, body = AuthorityBody), (status = 403, body = ProblemBody)))]
pub(super) async fn list(Who(actor): Who) -> Result<Json<AuthorityBody>> {
    actor.admin()?;
    let service = |service: Service| ServiceLine {
        name: service.name(),
        capabilities: service.capabilities().iter().map(|own| own.as_str()).collect(),
    };
    let capability = |capability: Capability| CapabilityLine {
        name: capability.as_str(),
        administrators: capability.is_administrators(),
        confirmed: capability.is_grave(),
    };
    Ok(Json(AuthorityBody {
        services: Service::ALL.map(service).into(),
        capabilities: Capability::ALL.map(capability).into(),
    }))
}
