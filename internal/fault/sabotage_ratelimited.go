//go:build sabotage_ratelimited

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = LimitIsFinal
