package reconcile

// Obstacle is a reason why a cloud would refuse to share an image, known before
// it is asked.
type Obstacle struct {
	// Image is the id; empty means every image of the lane.
	Image string `json:"image,omitempty"`
	// Publishing means that the image can be shared, but not with the public.
	Publishing bool `json:"publishing,omitempty"`
	// Unsure means that whether there is an obstacle could not be found out; Reason
	// says why.
	Unsure bool      `json:"unsure,omitempty"`
	Kind   ErrorKind `json:"kind,omitempty"` // of the failure that left it unsure; empty otherwise
	// Reason is a clause after the image's name, sure or not: "has encrypted
	// snapshots", "has snapshots whose keys cannot be read".
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

// Questions are what a plan has to ask of a lane beyond permissions. The zero
// value asks nothing.
type Questions struct {
	// Publish asks whether the account may publish images there at all.
	Publish bool
	// Encrypted are images to be shared whose snapshots are encrypted: is one of
	// them under a key that nobody else can use?
	Encrypted []Image
	// Missing are ids that a manifest names and the account does not list: whose
	// are they?
	Missing []string
}

// Inspection is the answer to Questions.
type Inspection struct {
	Obstacles []Obstacle `json:"obstacles,omitempty"`
	// Owners are the accounts that own missing images, by image id, as far as they
	// can be seen.
	Owners map[string]string `json:"owners,omitempty"`
	// Calls counts the calls that the answer took, by action ("kms:DescribeKey").
	Calls map[string]int `json:"calls,omitempty"`
}
