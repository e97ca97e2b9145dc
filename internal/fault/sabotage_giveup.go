//go:build sabotage_giveup

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = GivesUp
