//! `money`: an amount in a currency, exact to its minor unit.

use super::{FieldKind, decimal};
use crate::column::ColumnType;
use crate::shape::Number;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// An amount in a currency, exact to the currency's minor unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MoneyField {
    /// The currency's ISO 4217 code; absent means the site's currency.
    #[schemars(regex(pattern = r"^[A-Z]{3}$"))]
    pub currency: Option<String>,
    /// The smallest value.
    pub min: Option<Number>,
    /// The largest value.
    pub max: Option<Number>,
}

/// Digits of a currency's minor unit (ISO 4217); `None` for a code that is no currency in use.
pub fn minor_units(currency: &str) -> Option<u8> {
    const NONE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
    const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";
    const TWO: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF \
        CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG \
        HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR \
        MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK \
        SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD \
        YER ZAR ZMW ZWG";
    let among = |list: &str| list.split_ascii_whitespace().any(|code| code == currency);
    match () {
        () if among(TWO) => Some(2),
        () if among(NONE) => Some(0),
        () if among(THREE) => Some(3),
        () => None,
    }
}

impl MoneyField {
    /// Places after the point: those of the currency's minor unit, 2 where no currency is named.
    pub fn places(&self) -> u8 {
        self.currency.as_deref().and_then(minor_units).unwrap_or(2)
    }
}

impl FieldKind for MoneyField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Decimal { scale: self.places() })
    }

    fn expression_type(&self) -> Type {
        Type::Decimal { scale: self.places() }
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        decimal::parse(json, self.places())
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        decimal::bounds(value, self.min, self.max, found);
    }

    fn render(&self, value: &Value) -> Json {
        let places = self.places();
        match value.as_decimal() {
            Some(number) => Json::String(decimal::fit(number, places).unwrap_or(number).to_string()),
            None => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        decimal::schema(self.places())
    }

    fn widget(&self) -> &'static str {
        "money"
    }
}
