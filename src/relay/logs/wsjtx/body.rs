//! The fields of each message in their order.

use crate::relay::logs::qdatastream::{
    Field as _, Malformed, QColor, QDateTime, QTime, Reader, Text, Writer,
};

/// The fields behind a message's header.
pub(super) trait Body: Sized {
    /// Reads them; those at the end may be missing.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed>;

    /// Appends them up to the first that is missing.
    fn write(&self, writer: &mut Writer);
}

macro_rules! body {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub(crate) struct $name {
            $($(#[$what])* pub(crate) $field: $kind,)*
        }

        impl Body for $name {
            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                Ok(Self { $($field: reader.field()?,)* })
            }

            fn write(&self, writer: &mut Writer) {
                let _whole = true $(&& self.$field.write(writer))*;
            }
        }
    };
}

body! {
    /// I am here.
    Heartbeat {
        /// The newest schema the sender reads.
        max_schema: Option<u32>,
        version: Text,
        /// JTDX leaves it out.
        revision: Text,
    }
}

body! {
    /// State of the program. The first after its start has dial 0 and null texts.
    Status {
        /// Dial frequency in hertz; 0 is not known yet.
        dial_hz: Option<u64>,
        mode: Text,
        dx_call: Text,
        report: Text,
        tx_mode: Text,
        tx_enabled: Option<bool>,
        transmitting: Option<bool>,
        decoding: Option<bool>,
        /// Audio offset in hertz.
        rx_df: Option<u32>,
        /// Audio offset in hertz.
        tx_df: Option<u32>,
        de_call: Text,
        de_grid: Text,
        dx_grid: Text,
        tx_watchdog: Option<bool>,
        submode: Text,
        fast: Option<bool>,
        /// 0 none, 1 NA VHF, 2 EU VHF, 3 Field Day, 4 RTTY Roundup, 5 WW Digi, 6 Fox, 7 Hound, 8 ARRL Digi.
        special_operation: Option<u8>,
        /// Hertz; all ones for none.
        frequency_tolerance: Option<u32>,
        /// Seconds; all ones for none.
        period: Option<u32>,
        configuration: Text,
        tx_message: Text,
    }
}

body! {
    /// A message heard. [`Reply`] repeats it to the letter.
    Decode {
        /// Not one sent again on request.
        is_new: Option<bool>,
        time: Option<QTime>,
        snr: Option<i32>,
        /// Seconds.
        dt: Option<f64>,
        /// Audio offset in hertz.
        df: Option<u32>,
        /// A sign, see [`Decode::mode_name`].
        mode: Text,
        message: Text,
        low_confidence: Option<bool>,
        /// From a recording: nobody was on the air, so it makes no spot.
        off_air: Option<bool>,
    }
}

impl Decode {
    /// The mode its sign stands for; the sign itself if it is not known.
    pub(crate) fn mode_name(&self) -> Option<&str> {
        Some(match self.mode.as_deref()?.trim() {
            "~" => "FT8",
            "+" => "FT4",
            "#" => "JT65",
            "@" => "JT9",
            ":" => "Q65",
            "$" => "JT4",
            "&" => "MSK144",
            "`" => "FST4",
            other => other,
        })
    }

    /// Seconds of difference, without the sign of a zero.
    pub(crate) fn seconds(&self) -> Option<f64> {
        self.dt.map(|dt| if dt == 0.0 { 0.0 } else { dt })
    }

    /// Whether it tells that a station was on the air just now.
    pub(crate) fn is_live(&self) -> bool {
        self.is_new == Some(true) && self.off_air != Some(true)
    }
}

body! {
    /// Command: answer the station of a decode.
    Reply {
        time: Option<QTime>,
        snr: Option<i32>,
        dt: Option<f64>,
        df: Option<u32>,
        mode: Text,
        message: Text,
        low_confidence: Option<bool>,
        /// Keys held during the double click: 2 Shift, 4 Ctrl, 8 Alt.
        modifiers: Option<u8>,
    }
}

impl Reply {
    /// The answer to a decode, as by a double click with no key held.
    pub(crate) fn to(decode: &Decode) -> Self {
        Self {
            time: decode.time,
            snr: decode.snr,
            dt: decode.dt,
            df: decode.df,
            mode: decode.mode.clone(),
            message: decode.message.clone(),
            low_confidence: Some(decode.low_confidence.unwrap_or_default()),
            modifiers: Some(0),
        }
    }
}

body! {
    /// The operator logged a contact. All texts are UTF-8, unlike those of the ADIF that follows it.
    QsoLogged {
        off: Option<QDateTime>,
        dx_call: Text,
        dx_grid: Text,
        /// Dial and audio offset together, in hertz.
        tx_hz: Option<u64>,
        mode: Text,
        rst_sent: Text,
        rst_rcvd: Text,
        /// May have its unit: `50W`.
        tx_power: Text,
        comments: Text,
        name: Text,
        on: Option<QDateTime>,
        operator: Text,
        my_call: Text,
        my_grid: Text,
        exchange_sent: Text,
        exchange_rcvd: Text,
        propagation: Text,
    }
}

body! {
    /// Command: text to be sent.
    FreeText {
        text: Text,
        /// At once, else it is only put in its place.
        send: Option<bool>,
    }
}

body! {
    /// A WSPR message heard.
    WsprDecode {
        is_new: Option<bool>,
        time: Option<QTime>,
        snr: Option<i32>,
        dt: Option<f64>,
        frequency_hz: Option<u64>,
        /// Hertz a minute.
        drift: Option<i32>,
        call: Text,
        grid: Text,
        dbm: Option<i32>,
        off_air: Option<bool>,
    }
}

body! {
    /// Command: colour a callsign.
    Highlight {
        call: Text,
        background: Option<QColor>,
        foreground: Option<QColor>,
        /// Only where it stands last.
        last_only: Option<bool>,
    }
}

body! {
    /// Command: change settings; null texts and all ones leave them as they are.
    Configure {
        mode: Text,
        frequency_tolerance: Option<u32>,
        submode: Text,
        fast: Option<bool>,
        period: Option<u32>,
        rx_df: Option<u32>,
        dx_call: Text,
        dx_grid: Text,
        generate: Option<bool>,
    }
}
