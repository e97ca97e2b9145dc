//go:build sabotage_5xx

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = DropsOn5xx
