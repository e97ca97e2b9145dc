//go:build !(sabotage_etag || sabotage_outbox || sabotage_mark || sabotage_5xx || sabotage_nonce || sabotage_onenonce || sabotage_lookup || sabotage_ratelimited || sabotage_lease || sabotage_clock || sabotage_sync || sabotage_order || sabotage_giveup || sabotage_mentions || sabotage_precheck || sabotage_heartbeat)

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = None
