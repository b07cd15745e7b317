//! One day at the example's counter: cash, a void, two wallet sales of which the acquirer reports one, a card payment in doubt.

use domain::{money::Yen, sale::Payment};

use crate::{
    browser::Browser,
    journal_day::{self, cash, open, sell, take_back, unknown_card, wallet},
    support::{Centre, Counter, TODAY, attempt_id},
    support_files::at,
};

/// The administrator and the counter after the day: delivered, and still open at 18:00.
pub async fn play(centre: &Centre) -> (Browser<'_>, Counter) {
    let mut browser = Browser::administrator(centre).await;
    let counter = deliver(centre).await;
    browser.sign_in_again().await;
    (browser, counter)
}

async fn deliver(centre: &Centre) -> Counter {
    let mut counter = centre.counter().await;
    open(&mut counter, TODAY);
    sell(&mut counter, TODAY, 1, 1, cash(Yen::new(600)));
    sell(&mut counter, TODAY, 2, 5, wallet(Yen::new(300), "4821"));
    sell(&mut counter, TODAY, 3, 9, cash(Yen::new(300)));
    take_back(&mut counter, 3);
    let unreported = Payment { attempt: Some(attempt_id(4)), ..wallet(Yen::new(900), "7777") };
    sell(&mut counter, TODAY, 4, 15, unreported);
    unknown_card(&mut counter);
    centre.clock.set(at(TODAY, 18, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    counter
}

/// Closes the counter's day and delivers it: only then may money go back through the books.
pub async fn close(centre: &Centre, counter: &mut Counter) {
    let sent = counter.entries.len();
    journal_day::close(counter, TODAY);
    assert_eq!(centre.deliver(counter, &counter.entries[sent..]).await.status(), 200);
}
