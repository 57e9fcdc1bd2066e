//! Who signs in: where the request comes from, as far as that is known before anybody is.

use super::ClientAddress;
use super::origin::refuse_forged;
use crate::problem::ApiError;
use crate::state::AppState;
use axum::extract::FromRequestParts;
use candor_app::session::From as Origin;
use candor_domain::device::Device;
use http::header::USER_AGENT;
use http::request::Parts;
use std::net::IpAddr;

/// Address and browser of a request. Personal data: shown to its owner, never logged.
#[derive(Clone, Debug)]
pub struct Caller {
    pub address: IpAddr,
    pub device: Option<String>,
}

impl From<Caller> for Origin {
    fn from(caller: Caller) -> Self {
        Self { address: caller.address, device: caller.device }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, state).await?;
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self { address, device: agent.and_then(|text| Device::from_user_agent(text).line()) })
    }
}

/// A request that our own page made, for calls that set a cookie: nobody is signed in by another's page.
#[derive(Clone, Copy, Debug)]
pub struct OwnPage;

impl FromRequestParts<AppState> for OwnPage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        refuse_forged(&parts.method, &parts.headers, &state.site).map(|()| Self)
    }
}
