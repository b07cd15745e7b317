//! A machine in software, the terminal that drives it, and the journal between them.

use std::sync::Arc;

use domain::{
    money::Yen,
    payment::{Outcome, QueryAnswer},
};
use tokio_util::sync::CancellationToken;

use super::Journal;
use crate::cat::{AttemptEvidence, Cat, CatKind, CatRequest, Recorder};

/// The nth request of a bench.
pub fn request(number: u32, yen: i64, kind: CatKind) -> CatRequest {
    CatRequest {
        attempt: format!("00000000-0000-7000-8000-{number:012}").parse().unwrap(),
        sequence_number: number,
        amount: Yen::new(yen),
        kind,
        original: None,
        code: None,
    }
}

/// `M` is the machine's side with its own book, `C` the driver under test.
pub struct Bench<M, C> {
    pub machine: M,
    pub till: Arc<C>,
    pub journal: Arc<Journal>,
    attempts: u32,
}

impl<M, C: Cat> Bench<M, C> {
    pub fn of(machine: M, till: Arc<C>) -> Self {
        Self { machine, till, journal: Arc::default(), attempts: 0 }
    }

    pub fn request(&mut self, yen: i64, kind: CatKind) -> CatRequest {
        self.attempts += 1;
        request(self.attempts, yen, kind)
    }

    pub async fn authorize(&self, request: CatRequest, stop: CancellationToken) -> Outcome {
        self.till.authorize(request, Arc::clone(&self.journal) as Arc<dyn Recorder>, stop).await
    }

    pub async fn sale(&mut self, yen: i64) -> (CatRequest, Outcome) {
        let request = self.request(yen, CatKind::Sales);
        let outcome = self.authorize(request.clone(), CancellationToken::new()).await;
        (request, outcome)
    }

    pub async fn query(&self, request: &CatRequest) -> QueryAnswer {
        let evidence = AttemptEvidence {
            attempt: request.attempt,
            kind: request.kind,
            amount: request.amount,
            partial: None,
            known: Vec::new(),
        };
        self.till.query(evidence).await
    }
}
