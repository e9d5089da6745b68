//! Lists of CC Cluster: `dxbm/pass hf,6-cw,6-ssb`, `k,ve/reject`, `dxctry/pass ja`.
//!
//! Each subject (bands and modes, the spotter's country, the spotted country, ...) has one list that passes or is
//! rejected; a spot must satisfy every subject. `pass` replaces an earlier list of the subject, as does `reject`.

use smol_str::SmolStr;

use super::{Expr, FilterError, LONGEST_FILTER, Places, Side, Term, span, spider};

/// A list as the user gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// What it is about, in small letters: `dxbm`, `doc`, `dxctry`.
    pub subject: SmolStr,
    /// Whether only these are wanted, or all others.
    pub pass: bool,
    /// The list.
    pub items: String,
}

/// Reads what stands behind `set/filter`.
pub fn list(text: &str) -> Result<List, FilterError> {
    if text.len() > LONGEST_FILTER {
        return Err(FilterError::at("filter too long", text));
    }
    let text = text.trim();
    let (head, items) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (subject, action) = head
        .split_once('/')
        .ok_or_else(|| FilterError::at("no /pass or /reject in", head))?;
    let action = action.to_ascii_lowercase();
    let pass = match action.as_str() {
        "pass" | "p" | "on" => true,
        "reject" | "r" | "off" => false,
        _ => return Err(FilterError::at("neither /pass nor /reject", head)),
    };
    let subject = subject.to_ascii_lowercase();
    // `k,ve/pass`: countries of spotters, with no subject at all.
    let known = [
        "dxbm", "doc", "dxctry", "dxc", "doczone", "dxzone", "doccont", "dxcont", "docstate", "dxstate",
    ];
    let (subject, items) = if known.contains(&subject.as_str()) {
        (subject, items.trim().to_owned())
    } else {
        ("doc".to_owned(), subject)
    };
    if items.is_empty() {
        return Err(FilterError::at("empty list", head));
    }
    Ok(List {
        subject: subject.into(),
        pass,
        items,
    })
}

/// The condition a list makes.
pub fn expr(list: &List, places: &dyn Places) -> Result<Expr, FilterError> {
    let items = list.items.to_ascii_lowercase();
    let wrong = || FilterError::at("wrong list", &items);
    let each = || items.split([',', ' ']).filter(|item| !item.is_empty());
    let joined: Vec<&str> = each().collect();
    let joined = joined.join(",");
    let zones = || each().map(|zone| zone.parse().ok()).collect::<Option<Vec<u8>>>();
    let continents = || each().map(spider::continent).collect::<Option<Vec<_>>>();
    let wanted = match list.subject.as_str() {
        "dxbm" => Expr::any(each().map(band_mode).collect::<Option<_>>().ok_or_else(wrong)?),
        "doc" => Expr::Term(Term::Entity(
            Side::Spotter,
            spider::entities(&joined, places).ok_or_else(wrong)?,
        )),
        "dxctry" | "dxc" => Expr::Term(Term::Entity(
            Side::Spotted,
            spider::entities(&joined, places).ok_or_else(wrong)?,
        )),
        "doczone" => Expr::Term(Term::Cq(Side::Spotter, zones().ok_or_else(wrong)?)),
        "dxzone" => Expr::Term(Term::Cq(Side::Spotted, zones().ok_or_else(wrong)?)),
        "doccont" => Expr::Term(Term::Continent(Side::Spotter, continents().ok_or_else(wrong)?)),
        "dxcont" => Expr::Term(Term::Continent(Side::Spotted, continents().ok_or_else(wrong)?)),
        "docstate" | "dxstate" => {
            return Err(FilterError::at("no states are known here", &list.subject));
        }
        _ => return Err(wrong()),
    };
    Ok(if list.pass {
        wanted
    } else {
        Expr::Not(Box::new(wanted))
    })
}

/// `hf`, `20`, `6-cw`, `20-ssb`, `vhf-rtty`.
fn band_mode(item: &str) -> Option<Expr> {
    let (band, mode) = item
        .split_once('-')
        .map_or((item, None), |(band, mode)| (band, Some(mode)));
    let bands = span::bands(band)?;
    let within = Expr::Term(Term::Within(
        bands
            .into_iter()
            .map(|band| (band.lower(), band.upper()))
            .collect(),
    ));
    Some(match mode {
        None => within,
        Some(mode) => Expr::Every(vec![within, spider::modes(mode)?]),
    })
}
