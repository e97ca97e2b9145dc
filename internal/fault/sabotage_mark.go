//go:build sabotage_mark

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = MarkedFirst
