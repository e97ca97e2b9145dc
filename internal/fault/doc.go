// Package fault names the places at which the program can be stopped, slowed
// or broken on purpose, so that a test can do so at each of them.
//
// Only a build with -tags fault does anything: it reads from the environment
// what shall happen at which [Point], and how far the wall clock is off
// ([Skew]). In every other build both are empty, are inlined away, and leave
// no trace in the binary, the points' names included. The package never
// decides what a fault means for the program.
//
// Beside the points it lists the sabotages: deliberate mistakes, one for each
// build tag sabotage_…, by which internal/torture proves that the tests would
// see them. A build without such a tag has none.
package fault
