//go:build sabotage_precheck

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = Prechecked
