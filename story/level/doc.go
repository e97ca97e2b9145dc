// Package level judges how far a watch has escalated, and why.
//
// The claims that reports make on a watch go in, each as a [Reading]: when,
// which item, which story, whose words, and the signal. What comes out at any
// moment is a [Judgement]: the level, the trend, and the arithmetic with the
// items, signals and thresholds that made it. The same readings give the same
// judgement, whichever order they arrive in, all at once or one at a time.
//
// How it judges, in the order in which the files read:
//
//   - A signal has a weight ([WeightOf]) on one of three sides: threats, which
//     rise before violence, acts, which rise during it, and easing. Numbers of
//     people count by their doublings.
//   - What several origins report of one story is one event. The second origin
//     adds a half, the third a third: forty copies of one text add nothing.
//   - Each side has a score that rises with fresh points and decays by the day.
//   - The score is compared with what is usual for this watch: the median of
//     the days before, and how far they lie from it. A watch with little history
//     is judged by what is usual for watches, and its judgements say so.
//   - Record highs and hard facts (the dead, a state army's dead, an ultimatum
//     that runs out) call for a level of their own.
//   - A rise needs evidence from two independent origins; the gate says how far
//     a lone origin, unvetted outlets or outlets of a state can lift.
//   - A level rises at once and falls one step at a time, after days of quiet.
//
// The package does no input or output and reads no clock. A [History] keeps
// what it was given and nothing else.
package level
