//! A licence as it leaves the domain: what a viewer may see, and nothing else.
//!
//! What is not shown is absent, in JSON too. Made by the mask alone (`view::Mask::show`); services of other kinds
//! (`compat`) write their formats from it, so that none of them can tell more.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::model::{Class, HolderKind, PlaceSource, Standing, Status};
use super::Viewer;
use super::place::{PathView, PlaceView};
use crate::ham::grid::Grid;

/// What stands in the place of a street that is not shown.
pub(crate) const STREET_WITHHELD: &str = "(Street Withheld)";

/// A licence as somebody may see it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the JSON by its own name"
)]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct RecordView {
    pub(crate) call: String,
    /// The form that was asked for, where another one answered: `DL/W1AW/P`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) asked: Option<String>,
    /// Whether it may be used today.
    pub(crate) licensed: bool,
    /// `active`, `expired`, `cancelled` or `reserved`.
    pub(crate) status: &'static str,
    /// The same, with `grace` apart: run out, and its holder may still renew it.
    #[schema(value_type = String)]
    pub(crate) standing: Standing,
    /// In words; absent for clubs and where the register has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<String>,
    /// Short name of the register.
    pub(crate) authority: String,
    /// Who keeps it.
    pub(crate) authority_name: String,
    pub(crate) country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dxcc: Option<EntityView>,
    /// Who looks: `guest`, `member`, `holder` or `administrator`.
    pub(crate) viewer: Viewer,
    /// The holder asked not to be listed.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) opted_out: bool,

    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) kind: Option<HolderKind>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) first_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) middle_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) last_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) suffix: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) attention: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) street: String,
    /// Number of the post-office box.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) po_box: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) state: String,
    /// Postcode: its area, or all of it for whom the holder allows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) zip: String,
    /// There is a street that the viewer may not see: write "(Street Withheld)".
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) street_withheld: bool,

    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) grid: Option<Grid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) grid_source: Option<PlaceSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<PlaceView>,
    /// From the viewer's station, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<PathView>,

    #[serde(flatten)]
    pub(crate) days: DaysView,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) vanity: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous_call: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous_class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trustee: Option<TrusteeView>,
    /// Number by which the register knows the holder through all calls, such as an FRN.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) frn: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) licensee: String,

    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) web: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) picture: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) bio: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) qsl: Option<QslView>,
    /// Latest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) history: Vec<FormerView>,

    /// For formats that have codes for them.
    #[serde(skip)]
    pub(crate) codes: Codes,
}

/// What other services' formats write by codes of their own.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Codes {
    pub(crate) class: Option<Class>,
    pub(crate) previous_class: Option<Class>,
    pub(crate) status: Option<Status>,
    /// The register's number of the licence, by which its whole record can be found; 0 where that is not to be shown.
    pub(crate) number: u64,
}

/// The days of a licence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DaysView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) granted: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) effective: Option<Date>,
    /// The last day it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) expires: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) cancelled: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) last_action: Option<Date>,
}

/// A DXCC entity and its zones.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct EntityView {
    /// ADIF number.
    pub(crate) entity: u16,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) continent: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cq_zone: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) itu_zone: Option<u8>,
}

/// Who answers for a club's licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TrusteeView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
}

/// How the holder confirms contacts, in their own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct QslView {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) via: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bureau: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) direct: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lotw: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) eqsl: Option<bool>,
}

/// An earlier licence of the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FormerView {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<String>,
    #[schema(value_type = String)]
    pub(crate) status: Status,
    #[serde(flatten)]
    pub(crate) days: DaysView,
}

impl RecordView {
    /// A record that tells nothing.
    pub(super) fn empty(viewer: Viewer) -> Self {
        Self {
            call: String::new(),
            asked: None,
            licensed: false,
            status: "",
            standing: Standing::Expired,
            class: None,
            authority: String::new(),
            authority_name: String::new(),
            country: String::new(),
            dxcc: None,
            viewer,
            opted_out: false,
            kind: None,
            name: String::new(),
            first_name: String::new(),
            middle_name: String::new(),
            last_name: String::new(),
            suffix: String::new(),
            attention: String::new(),
            street: String::new(),
            po_box: String::new(),
            city: String::new(),
            state: String::new(),
            zip: String::new(),
            street_withheld: false,
            grid: None,
            grid_source: None,
            place: None,
            path: None,
            days: DaysView::default(),
            vanity: false,
            previous_call: None,
            previous_class: None,
            trustee: None,
            frn: String::new(),
            licensee: String::new(),
            email: String::new(),
            web: String::new(),
            picture: String::new(),
            bio: String::new(),
            qsl: None,
            history: Vec::new(),
            codes: Codes::default(),
        }
    }

    /// The address as lines for people, the street withheld where it is not shown; empty where nothing is known.
    pub(crate) fn address_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.street_withheld {
            lines.push(STREET_WITHHELD.to_owned());
        } else {
            lines.extend(Some(self.street.clone()).filter(|street| !street.is_empty()));
            lines.extend((!self.po_box.is_empty()).then(|| format!("PO Box {}", self.po_box)));
        }
        let tail = format!("{} {}", self.state, self.zip);
        let parts = [self.city.as_str(), tail.trim()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        lines.extend((!parts.is_empty()).then(|| parts.join(", ")));
        lines
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(value: &bool) -> bool {
    !*value
}
