//go:build sabotage_lookup

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = NoLookup
