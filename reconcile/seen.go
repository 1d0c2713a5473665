package reconcile

// Seen is what a plan of one shard saw of its lanes. With Plan.Access, Incomplete
// and Checks it is all that the plan of the whole is judged by.
type Seen struct {
	Lanes []SeenLane `json:"lanes"` // that could be listed, sorted
}

// SeenLane is what was seen of one lane.
type SeenLane struct {
	Lane       Lane       `json:"lane"`
	Images     []Image    `json:"images"` // sorted by id
	Inspection Inspection `json:"inspection,omitzero"`
}
