//go:build sabotage_sync

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = NotSynced
