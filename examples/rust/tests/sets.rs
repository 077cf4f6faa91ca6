//! Sets as their users see them.

use intervals::{Interval, IntervalSet};

#[test]
fn intervals_that_touch_become_one() {
    let mut set: IntervalSet = "7, 1-3, 9-8".parse().unwrap();
    assert_eq!(set.to_string(), "1-3,7-9");
    set.insert(Interval::new(4, 6));
    assert_eq!((set.to_string().as_str(), set.count()), ("1-9", 9));
}

#[test]
fn gaps_are_what_is_missing() {
    let set: IntervalSet = "3-4,8".parse().unwrap();
    let gaps: Vec<_> = set.gaps(Interval::new(1, 10)).iter().map(ToString::to_string).collect();
    assert_eq!(gaps, ["1-2", "5-7", "9-10"]);
    assert!(set.contains(8) && !set.contains(9));
}

#[test]
fn letters_have_intervals_too() {
    let (low, high) = (Interval::new('a', 'm'), Interval::new('k', 'z'));
    assert_eq!(low.meet(&high), Some(Interval::new('k', 'm')));
    assert!(low.contains('b'));
}

#[test]
fn a_number_is_a_set() {
    assert_eq!(IntervalSet::from(7_u8).to_string(), "7");
}
