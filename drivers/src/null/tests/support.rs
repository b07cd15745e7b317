//! The terminal without a protocol and its till.

use std::{sync::Arc, time::Duration};

use domain::money::Yen;

use crate::{
    null::{NullConfig, NullMachine, NullTerminal, NullTimers, Unacknowledged},
    test_counter::{self, Standing},
};

pub type Bench = test_counter::Bench<NullMachine, NullTerminal>;

impl Bench {
    pub fn new(unacknowledged: Unacknowledged) -> Self {
        let config = NullConfig {
            pace: Duration::from_millis(20),
            ack_wait: Duration::from_millis(150),
            unacknowledged,
        };
        let timers = NullTimers {
            reply: Duration::from_millis(250),
            idle: Duration::from_millis(400),
            late_result: Duration::from_millis(20),
        };
        let machine = NullMachine::new(config, Arc::new(Standing));
        Self::of(machine.clone(), NullTerminal::new(machine, timers))
    }

    pub fn charged(&self) -> Vec<i64> {
        self.machine.charged().into_iter().map(Yen::get).collect()
    }
}
