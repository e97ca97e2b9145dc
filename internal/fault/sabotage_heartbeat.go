//go:build sabotage_heartbeat

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = AlwaysWell
