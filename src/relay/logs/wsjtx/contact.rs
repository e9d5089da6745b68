//! A contact logged in WSJT-X as ADIF fields.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::QsoLogged;
use crate::ham::freq::Hertz;

/// The contact's ADIF fields; empty texts and what is missing are left out.
pub(crate) fn fields_of(logged: &QsoLogged) -> Vec<(&'static str, String)> {
    let mut fields = Vec::with_capacity(20);
    let mut put = |name: &'static str, text: Option<&str>| {
        if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
            fields.push((name, text.to_owned()));
        }
    };
    put("CALL", logged.dx_call.as_deref());
    let on = logged.on.as_ref().and_then(|on| on.instant());
    let off = logged.off.as_ref().and_then(|off| off.instant());
    if let Some((date, time)) = on.or(off).map(date_and_time) {
        put("QSO_DATE", Some(&date));
        put("TIME_ON", Some(&time));
    }
    if let Some((date, time)) = off.map(date_and_time) {
        put("QSO_DATE_OFF", Some(&date));
        put("TIME_OFF", Some(&time));
    }
    let hertz = logged.tx_hz.filter(|hertz| *hertz > 0).map(Hertz::new);
    // With as many digits as its ADIF has, so that both are the same.
    put("FREQ", hertz.map(|hertz| hertz.to_mhz_text_with(6)).as_deref());
    put("MODE", logged.mode.as_deref());
    put("RST_SENT", logged.rst_sent.as_deref());
    put("RST_RCVD", logged.rst_rcvd.as_deref());
    put("GRIDSQUARE", logged.dx_grid.as_deref());
    put("TX_PWR", logged.tx_power.as_deref());
    put("COMMENT", logged.comments.as_deref());
    put("NAME", logged.name.as_deref());
    put("OPERATOR", logged.operator.as_deref());
    put("STATION_CALLSIGN", logged.my_call.as_deref());
    put("MY_GRIDSQUARE", logged.my_grid.as_deref());
    put("STX_STRING", logged.exchange_sent.as_deref());
    put("SRX_STRING", logged.exchange_rcvd.as_deref());
    put("PROP_MODE", logged.propagation.as_deref());
    fields
}

/// As ADIF writes them: the second a contact began in, whatever the milliseconds.
fn date_and_time(at: Timestamp) -> (String, String) {
    let at = Offset::UTC.to_datetime(at);
    (
        at.strftime("%Y%m%d").to_string(),
        at.strftime("%H%M%S").to_string(),
    )
}
