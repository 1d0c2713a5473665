package reconcile

// Expected is what carrying out a saved plan takes at the clouds' documented
// limits, where nothing goes wrong and nobody else calls: reading its images
// again, changing them, and reading back. The zero value is nothing.
type Expected struct {
	// Calls counts the calls by action, such as "ModifyImageAttribute"; those that
	// enter accounts are not among them.
	Calls map[string]int `json:"calls"`
	// Seconds is the least time that they take. What the network and the clouds
	// take themselves comes on top of it.
	Seconds float64 `json:"seconds"`
	// Longest is the lane that takes longest.
	Longest Lane `json:"longest"`
}
