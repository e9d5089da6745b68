//! Australia: the register of radiocommunications licences of the ACMA, quoted CSV with headings.
//!
//! `licence.csv` tells which licences are amateur ones (service 6), `device_details.csv` their calls; where they are
//! there, `client.csv` gives the holder and `site.csv` the position. Since 2024 operators are under a class licence:
//! what is left are repeaters, beacons and clubs. The other members of the archive, and all other services, are not
//! looked at; `device_details.csv` is large and is read as a stream. Columns are found by their headings.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use smol_str::SmolStr;

use super::Sink;
use super::rows::{
    DateForm, Dialect, Gather, Given, Next, ReadError, Record, Records, Tally, entry_of, of_call, postcode,
    reject, report,
};
use crate::callbook::model::{Class, Entry, HolderKind, Licence, Place, PlaceSource, Status};
use crate::ham::callsign::Callsign;
use crate::ham::geo::LatLon;

/// Members of the archive in the order they are read; the first two must be there.
pub(crate) const MEMBERS: [&str; 4] = ["licence.csv", "device_details.csv", "client.csv", "site.csv"];

/// The service number of amateur licences.
const AMATEUR: &str = "6";

/// The files of the archive.
pub(crate) struct Members<L, D, C, S> {
    pub(crate) licences: L,
    pub(crate) devices: D,
    pub(crate) clients: Option<C>,
    pub(crate) sites: Option<S>,
}

/// What is kept of an amateur licence.
struct Held {
    client: SmolStr,
    category: SmolStr,
    /// Granted, effective, expires.
    days: [SmolStr; 3],
    status: SmolStr,
}

/// Columns of a file by their headings; empty texts for those a file does not have.
struct Table<R, const N: usize> {
    file: &'static str,
    records: Records<R>,
    record: Record,
    columns: [Option<usize>; N],
}

/// Reads the register.
pub(crate) fn read<K: Sink>(
    members: Members<impl BufRead, impl BufRead, impl BufRead, impl BufRead>,
    sink: &mut K,
) -> Result<Tally, ReadError<K::Error>> {
    let mut rejects = 0;
    let licences = licences(members.licences, sink, &mut rejects)?;
    let mut gather = Gather::default();
    let (mut clients, mut sites) = (HashSet::new(), HashSet::new());
    let mut devices = Table::open(
        MEMBERS[1],
        members.devices,
        ["LICENCE_NO", "CALL_SIGN", "SITE_ID"],
        2,
    )?;
    while let Some(row) = devices.next(sink, &mut rejects)? {
        let [number, call, site] = row;
        let Some(held) = licences.get(&number).filter(|_| !call.is_empty()) else {
            continue;
        };
        let Ok(call) = Callsign::parse(&call) else {
            sink.reject(reject(MEMBERS[1], &devices.record, "no callsign in CALL_SIGN"));
            rejects += 1;
            continue;
        };
        clients.insert(held.client.clone());
        sites.insert(site.clone());
        gather.push(call, devices.record.line(), [number, site])?;
    }
    let clients = wanted(members.clients, CLIENT, clients, sink, &mut rejects)?;
    let sites = wanted(members.sites, SITE, sites, sink, &mut rejects)?;
    let (form, mut left_out) = (DateForm::iso(), 0);
    let mut tally = gather.hand_on(sink, |call, rows| {
        let licence = |row: &Given<'_>| {
            let [number, site] = row.array();
            let held = &licences[number];
            let mut licence = licence(call, number, held, &form, &mut left_out);
            if let Some(client) = clients.get(&held.client) {
                put_holder(&mut licence, client);
            }
            licence.place = sites.get(site).and_then(position);
            licence
        };
        let licences: Vec<Licence> = rows.iter().map(licence).collect();
        Ok::<Entry, _>(entry_of(licences).expect("a call is gathered with its rows"))
    })?;
    tally.rows += rejects;
    tally.rejects += rejects;
    tally.values_left_out = left_out;
    Ok(tally)
}

/// The amateur licences by number.
fn licences<K: Sink>(
    reader: impl BufRead,
    sink: &mut K,
    rejects: &mut u64,
) -> Result<HashMap<SmolStr, Held>, ReadError<K::Error>> {
    let columns = [
        "LICENCE_NO",
        "SV_ID",
        "CLIENT_NO",
        "LICENCE_CATEGORY_NAME",
        "DATE_ISSUED",
        "DATE_OF_EFFECT",
        "DATE_OF_EXPIRY",
        "STATUS_TEXT",
    ];
    let mut table = Table::open(MEMBERS[0], reader, columns, 2)?;
    let mut licences = HashMap::new();
    while let Some([number, service, client, category, issued, effect, expiry, status]) =
        table.next(sink, rejects)?
    {
        if service == AMATEUR {
            let held = Held {
                client,
                category,
                days: [issued, effect, expiry],
                status,
            };
            licences.insert(number, held);
        }
    }
    Ok(licences)
}

const CLIENT: (&str, [&str; 6]) = (
    MEMBERS[2],
    [
        "CLIENT_NO",
        "LICENCEE",
        "POSTAL_STREET",
        "POSTAL_SUBURB",
        "POSTAL_STATE",
        "POSTAL_POSTCODE",
    ],
);
const SITE: (&str, [&str; 3]) = (MEMBERS[3], ["SITE_ID", "LATITUDE", "LONGITUDE"]);

/// The rows of a file whose first column is among `keys`; none where the file is not there.
fn wanted<K: Sink, const N: usize>(
    reader: Option<impl BufRead>,
    (file, columns): (&'static str, [&str; N]),
    keys: HashSet<SmolStr>,
    sink: &mut K,
    rejects: &mut u64,
) -> Result<HashMap<SmolStr, [SmolStr; N]>, ReadError<K::Error>> {
    let mut found = HashMap::new();
    let Some(reader) = reader else { return Ok(found) };
    let mut table = Table::open(file, reader, columns, 1)?;
    while let Some(row) = table.next(sink, rejects)? {
        if !row[0].is_empty() && keys.contains(&row[0]) {
            found.insert(row[0].clone(), row);
        }
    }
    Ok(found)
}

impl<R: BufRead, const N: usize> Table<R, N> {
    /// Reads the headings, of which the first `needed` must be there.
    fn open<E>(
        file: &'static str,
        reader: R,
        columns: [&str; N],
        needed: usize,
    ) -> Result<Self, ReadError<E>> {
        let mut records = Records::new(reader, Dialect::quoted(b','));
        let mut record = records.record();
        records.next(&mut record)?;
        let heads: Vec<SmolStr> = (0..record.len()).map(|field| record.text(field)).collect();
        let found = columns.map(|column| heads.iter().position(|head| head.eq_ignore_ascii_case(column)));
        if let Some(missing) = (0..needed).find(|&column| found[column].is_none()) {
            return Err(ReadError::Layout {
                file,
                line: record.line().max(1),
                what: format!("expected headings with a column {}", columns[missing]),
            });
        }
        Ok(Self {
            file,
            records,
            record,
            columns: found,
        })
    }

    /// The next row that is whole; others are listed.
    fn next<K: Sink>(
        &mut self,
        sink: &mut K,
        rejects: &mut u64,
    ) -> Result<Option<[SmolStr; N]>, ReadError<K::Error>> {
        loop {
            let next = self.records.next(&mut self.record)?;
            report(sink, &self.records, &self.record)?;
            match next {
                Next::End => return Ok(None),
                Next::Damaged(reason) => {
                    sink.reject(reject(self.file, &self.record, reason));
                    *rejects += 1;
                }
                Next::Row => {
                    let record = &self.record;
                    let text = |column: Option<usize>| column.map(|column| record.text(column));
                    return Ok(Some(self.columns.map(|column| text(column).unwrap_or_default())));
                }
            }
        }
    }
}

fn licence(call: &Callsign, number: &str, held: &Held, form: &DateForm, left_out: &mut u64) -> Licence {
    let mut licence = of_call(call.clone());
    let digits = number.split('/').next().unwrap_or_default();
    licence.number = digits.parse().unwrap_or_default();
    let [granted, effective, expires] = [0, 1, 2].map(|day| {
        let text = &held.days[day];
        let day = form.read(text);
        *left_out += u64::from(day.is_none() && !text.is_empty());
        day
    });
    licence.days.granted = granted;
    licence.days.effective = effective;
    licence.days.expires = expires;
    licence.status = status(&held.status);
    licence.class = (!held.category.is_empty()).then(|| Class::Other(held.category.clone()));
    licence
}

fn status(word: &str) -> Status {
    match word.to_lowercase().as_str() {
        "granted" | "renewed" => Status::Active,
        "expired" => Status::Expired,
        "revoked" | "suspended" => Status::Terminated,
        "canceled" | "cancelled" | "surrendered" => Status::Cancelled,
        _ => Status::Other,
    }
}

/// Who is left in the register are clubs and groups: persons are under the class licence.
fn put_holder(licence: &mut Licence, client: &[SmolStr; 6]) {
    let [number, name, street, suburb, state, code] = client;
    licence.holder.kind = HolderKind::Club;
    licence.holder.name = name.clone();
    licence.holder.person = number.clone();
    licence.address.street = street.clone();
    licence.address.city = suburb.clone();
    licence.address.region = state.to_uppercase().into();
    licence.address.postcode = postcode(code);
}

fn position([_, lat, lon]: &[SmolStr; 3]) -> Option<Place> {
    Some(Place {
        at: LatLon::new(lat.parse().ok()?, lon.parse().ok()?).ok()?,
        source: PlaceSource::Register,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callbook::registers::rows::testing::{Kept, read_all};

    const LICENCES: &str = "LICENCE_NO,CLIENT_NO,SV_ID,SS_ID,LICENCE_TYPE_NAME,LICENCE_CATEGORY_NAME,DATE_ISSUED,\
        DATE_OF_EFFECT,DATE_OF_EXPIRY,STATUS,STATUS_TEXT\n\
        \"100/1\",\"7\",\"6\",\"\",\"Amateur\",\"Amateur Repeater\",\"2020-01-02\",\"2020-02-03\",\"2030-02-02\",\"10\",\"Granted\"\n\
        \"101/1\",\"8\",\"6\",\"\",\"Amateur\",\"Amateur Beacon\",\"2015-13-02\",\"\",\"2016-02-02\",\"10\",\"Expired\"\n\
        \"102/1\",\"9\",\"2\",\"\",\"Land Mobile\",\"Other\",\"\",\"\",\"\",\"10\",\"Granted\"\n";
    const DEVICES: &str = "SDD_ID,LICENCE_NO,SITE_ID,CALL_SIGN\n\
        1,\"101/1\",\"S2\",\"VK3ZZB\"\n2,\"100/1\",\"S1\",\"VK2ZZA\"\n3,\"100/1\",\"S1\",\"VK2ZZA\"\n\
        4,\"102/1\",\"S1\",\"VK9XX\"\n5,\"100/1\",\"S1\",\"\"\n6,\"100/1\",\"S1\",\"repeater\"\n7,\"100/1\",\"S2\",\"VK3ZZB\"\n";
    const CLIENTS: &str = "CLIENT_NO,LICENCEE,TRADING_NAME,POSTAL_STREET,POSTAL_SUBURB,POSTAL_STATE,POSTAL_POSTCODE\n\
        7,\"Example \"\"Wireless\"\" Club\",,\"1 High St\",\"Dubbo\",\"NSW\",\"2830\"\n9,Other,,,,,\n";
    const SITES: &str = "SITE_ID,LATITUDE,LONGITUDE\nS1,-32.25,148.6\nS2,,\n";

    fn kept(clients: Option<&str>, sites: Option<&str>) -> (Kept, Tally) {
        read_all(|sink| {
            let members = Members {
                licences: LICENCES.as_bytes(),
                devices: DEVICES.as_bytes(),
                clients: clients.map(str::as_bytes),
                sites: sites.map(str::as_bytes),
            };
            read(members, sink)
        })
    }

    #[test]
    fn amateur_licences_have_calls_holders_and_positions() {
        let (kept, tally) = kept(Some(CLIENTS), Some(SITES));
        assert_eq!(kept.calls(), ["VK2ZZA", "VK3ZZB"]);
        assert_eq!((tally.rejects, tally.values_left_out), (1, 1));
        assert_eq!(kept.rejects[0].line, 7);
        let repeater = &kept.entry("VK2ZZA").licence;
        assert_eq!((repeater.number, repeater.status), (100, Status::Active));
        assert_eq!(repeater.class, Some(Class::Other("Amateur Repeater".into())));
        assert_eq!(repeater.holder.name, "Example \"Wireless\" Club");
        assert_eq!(repeater.address.region, "NSW");
        let place = repeater.place.unwrap();
        assert_eq!((place.at.lat(), place.source), (-32.25, PlaceSource::Register));
    }

    #[test]
    fn the_licence_that_is_valid_speaks_for_a_call() {
        let (kept, _) = kept(Some(CLIENTS), Some(SITES));
        let entry = kept.entry("VK3ZZB");
        assert_eq!((entry.licence.number, entry.licence.place), (100, None));
        assert_eq!(entry.former.len(), 1);
        assert_eq!(entry.former[0].status, Status::Expired);
    }

    #[test]
    fn two_files_are_enough() {
        let (kept, _) = kept(None, None);
        assert_eq!(kept.entries.len(), 2);
        assert_eq!(kept.entry("VK2ZZA").licence.holder.name, "");
    }

    #[test]
    fn another_layout_is_told_with_the_column_that_is_missing() {
        let members = Members {
            licences: "A,B\n".as_bytes(),
            devices: "".as_bytes(),
            clients: None::<&[u8]>,
            sites: None::<&[u8]>,
        };
        let error = read(members, &mut Kept::default()).unwrap_err();
        assert!(error.to_string().contains("licence.csv, line 1"), "{error}");
        assert!(error.to_string().contains("LICENCE_NO"), "{error}");
    }
}
