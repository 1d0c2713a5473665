package reconcile

// Checksum lets tests seal a plan that a later version may have written.
var Checksum = checksum

// MayMeet and Meeting let tests hold against each other what is known of shares
// from the manifests alone.
var MayMeet = mayMeet

// Meeting returns the shares that may meet one.
func Meeting(shares []Declaration, share *Declaration) []string {
	var names []string
	for other := range neighboursOf(shares, func(*Declaration) bool { return true }).meeting(share) {
		names = append(names, other.Share)
	}
	return names
}

// Weigh shows what shards are split by.
func Weigh(s Scope, d *Declarations) map[Lane]int { return s.weigh(d, s.Lanes(d)) }
