//go:build sabotage_outbox

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = OutboxLater
