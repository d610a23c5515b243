//! The request to delete a deployment stack.

use azure_core::http::Method;

use super::{
    Arm, ArmError, Correlation, Location, StackId,
    client::{ASYNC_OPERATION, unreadable, with_correlation},
};

/// What Azure answered to the request to delete a stack.
#[derive(Clone, Debug)]
pub(crate) enum Deletion {
    /// It was accepted; there its state can be asked for, if that is at Azure.
    Accepted(Option<Location>),
    /// There is no such stack.
    Absent,
}

impl Arm {
    /// Deletes a stack. `settings` say what becomes of its resources, as pairs of the query.
    ///
    /// # Errors
    /// [`ArmError`]; 409 while the stack is being changed. An answer that neither says where the deletion can be
    /// followed nor that there was nothing is unreadable.
    pub(crate) async fn delete_stack(
        &self,
        id: &StackId,
        settings: &[(&str, &str)],
        correlation: &Correlation,
    ) -> Result<Deletion, ArmError> {
        let mut request = self.about_stack(id.as_str(), Method::Delete);
        request.url_mut().query_pairs_mut().extend_pairs(settings);
        let answer = self.send(with_correlation(request, correlation)).await?;
        match answer.headers().get_optional_str(&ASYNC_OPERATION) {
            Some(link) => {
                let location = self.same_origin(link).ok().map(Location);
                Ok(Deletion::Accepted(location))
            }
            None if u16::from(answer.status()) == 204 => Ok(Deletion::Absent),
            None => Err(unreadable(
                &answer,
                "it does not say where the deletion can be followed",
            )),
        }
    }
}
