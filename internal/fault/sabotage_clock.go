//go:build sabotage_clock

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = WallLease
