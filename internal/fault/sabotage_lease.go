//go:build sabotage_lease

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = NoLease
