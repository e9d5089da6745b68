//! Routes with their declarations: who may call, how calls are counted, how the body is treated.
//!
//! Invariant: nothing can be routed without an [`Access`]. The layers read the declaration of the matched
//! route from the request's extensions as [`Guard`]; the `OpenAPI` document shows the same as `security`.
//! Enforcing [`Access`] is the accounts' middleware's work, since it knows sessions and keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::Method;
use axum::routing::MethodRouter;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody; the handler decides what a guest sees.
    Public,
    /// A signed-in person in a browser; API keys are refused.
    Session,
    /// A signed-in person, or an API key with this scope.
    Key(&'static str),
    /// An administrator, or an administrator's API key with the scope `admin`.
    Admin,
}

/// How calls of a route are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Looking something up.
    Read,
    /// Looking a person up.
    Lookup,
    /// Changing something.
    Write,
    /// Guessing passwords would go through here.
    Login,
    /// Sending a whole file.
    Upload,
    /// Not counted: health checks, assets.
    Free,
}

/// How the bodies of a route are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Small bodies, a time limit.
    Plain,
    /// A file comes in: the upload size limit, no time limit.
    Upload,
    /// The answer streams (exports, websockets): no time limit.
    Stream,
}

/// The declaration of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guard {
    /// Who may call.
    pub(crate) access: Access,
    /// How calls are counted; `None` counts safe methods as reads and the others as writes.
    pub(crate) class: Option<Class>,
    /// How bodies are treated.
    pub(crate) kind: Kind,
    /// Whether a page of another host of this site may send its form here. The handler then knows by other means that
    /// the browser's owner wants it.
    pub(crate) from_sister: bool,
    /// Largest body in bytes, where that is another one than the configuration's for its kind.
    pub(crate) most: Option<u64>,
}

impl Guard {
    /// The class that a call with this method is counted in.
    pub(crate) fn class_of(&self, method: &Method) -> Class {
        self.class.unwrap_or(if method.is_safe() {
            Class::Read
        } else {
            Class::Write
        })
    }

    /// The same route, counted in this class.
    #[must_use]
    pub(crate) fn class(self, class: Class) -> Self {
        Self {
            class: Some(class),
            ..self
        }
    }

    /// The same route, also for forms of another host of this site.
    #[must_use]
    pub(crate) fn open_to_sister(self) -> Self {
        Self {
            from_sister: true,
            ..self
        }
    }

    /// The same route, taking whole files.
    #[must_use]
    pub(crate) fn upload(self) -> Self {
        Self {
            kind: Kind::Upload,
            class: Some(Class::Upload),
            ..self
        }
    }

    /// The same route, with bodies of so many bytes at most.
    #[must_use]
    pub(crate) fn most(self, bytes: u64) -> Self {
        Self {
            most: Some(bytes),
            ..self
        }
    }

    /// The same route, answering with a stream.
    #[must_use]
    pub(crate) fn stream(self) -> Self {
        Self {
            kind: Kind::Stream,
            ..self
        }
    }
}

impl From<Access> for Guard {
    fn from(access: Access) -> Self {
        Self {
            access,
            class: None,
            kind: Kind::Plain,
            from_sister: false,
            most: None,
        }
    }
}

impl Access {
    /// A route with this access, counted in the given class.
    pub(crate) fn class(self, class: Class) -> Guard {
        Guard::from(self).class(class)
    }

    /// A route with this access that takes whole files.
    pub(crate) fn upload(self) -> Guard {
        Guard::from(self).upload()
    }

    /// A route with this access that answers with a stream.
    pub(crate) fn stream(self) -> Guard {
        Guard::from(self).stream()
    }
}

/// Declarations by path and method.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declared(BTreeMap<String, Vec<(Option<Method>, Guard)>>);

impl Declared {
    /// The declaration for a matched path and method; `HEAD` is answered by `GET`.
    pub(crate) fn find(&self, path: &str, method: &Method) -> Option<Guard> {
        let wanted = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let entries = self.0.get(path)?;
        let exact = entries
            .iter()
            .find(|(declared, _)| declared.as_ref() == Some(wanted));
        let any = || entries.iter().find(|(declared, _)| declared.is_none());
        exact.or_else(any).map(|(_, guard)| *guard)
    }

    /// Every declared path, its method (`None`: any) and declaration.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Option<&Method>, Guard)> {
        self.0.iter().flat_map(|(path, entries)| {
            entries
                .iter()
                .map(move |(method, guard)| (path.as_str(), method.as_ref(), *guard))
        })
    }

    fn add(&mut self, path: &str, method: Option<Method>, guard: Guard) {
        self.0.entry(path.to_owned()).or_default().push((method, guard));
    }
}

/// A table of routes under construction.
#[derive(Clone)]
pub(crate) struct Routes<S = ()> {
    router: OpenApiRouter<S>,
    declared: Declared,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// An empty table.
    pub(crate) fn new() -> Self {
        Self {
            router: OpenApiRouter::default(),
            declared: Declared::default(),
        }
    }

    /// Adds handlers described by `#[utoipa::path]`: `.api(Access::Admin, routes!(list, create))`.
    #[must_use]
    pub(crate) fn api(mut self, guard: impl Into<Guard>, handlers: UtoipaMethodRouter<S>) -> Self {
        let guard = guard.into();
        let (schemas, mut paths, router) = handlers;
        for (path, item) in &mut paths.paths {
            let operations = [
                (Method::GET, &mut item.get),
                (Method::POST, &mut item.post),
                (Method::PUT, &mut item.put),
                (Method::PATCH, &mut item.patch),
                (Method::DELETE, &mut item.delete),
                (Method::HEAD, &mut item.head),
                (Method::OPTIONS, &mut item.options),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    operation.security = security(operation, guard.access);
                    self.declared.add(path, Some(method), guard);
                }
            }
        }
        Self {
            router: self.router.routes((schemas, paths, router)),
            ..self
        }
    }

    /// Adds a route that is not part of the documented API: pages, assets, websockets.
    #[must_use]
    pub(crate) fn page(mut self, guard: impl Into<Guard>, path: &str, handlers: MethodRouter<S>) -> Self {
        self.declared.add(path, None, guard.into());
        Self {
            router: self.router.route(path, handlers),
            ..self
        }
    }

    /// Adds the POST of a page's plain form where it is declared otherwise than the page itself.
    #[must_use]
    pub(crate) fn form(mut self, guard: impl Into<Guard>, path: &str, handlers: MethodRouter<S>) -> Self {
        self.declared.add(path, Some(Method::POST), guard.into());
        Self {
            router: self.router.route(path, handlers),
            ..self
        }
    }

    /// Both tables in one; a path declared by both is a mistake and panics at start.
    #[must_use]
    pub(crate) fn merge(mut self, other: Self) -> Self {
        for (path, entries) in other.declared.0 {
            self.declared.0.entry(path).or_default().extend(entries);
        }
        Self {
            router: self.router.merge(other.router),
            declared: self.declared,
        }
    }

    /// Gives the handlers their state.
    pub(crate) fn with_state<S2>(self, state: S) -> Routes<S2> {
        Routes {
            router: self.router.with_state(state),
            declared: self.declared,
        }
    }
}

impl Routes<()> {
    /// The bare router, the API document, and the declarations for the layers.
    pub(crate) fn finish(self) -> (axum::Router, OpenApi, Arc<Declared>) {
        let (router, document) = self.router.split_for_parts();
        (router, document, Arc::new(self.declared))
    }
}

fn security(operation: &Operation, access: Access) -> Option<Vec<SecurityRequirement>> {
    if operation.security.is_some() {
        return operation.security.clone();
    }
    let session = || SecurityRequirement::new("session", Vec::<String>::new());
    let key = |scope: &str| SecurityRequirement::new("key", [scope]);
    match access {
        Access::Public => None,
        Access::Session => Some(vec![session()]),
        Access::Key(scope) => Some(vec![session(), key(scope)]),
        Access::Admin => Some(vec![session(), key("admin")]),
    }
}
