package reconcile

import (
	"strings"
	"time"

	"github.com/amisync/amisync/principal"
)

// Expected is what carrying out all of a plan takes at the clouds' documented
// limits, where nothing goes wrong and nobody else calls; what findings stop
// counts as well, since they may be mended. The zero value is that of a plan
// without changes, and of one where nobody said what the limits are.
type Expected struct {
	// Calls counts the calls by action, such as "ModifyImageAttribute"; those that
	// enter accounts are not among them.
	Calls map[string]int `json:"calls"`
	// Seconds is the least time that they take. What the network and the clouds
	// take themselves comes on top of it.
	Seconds float64 `json:"seconds"`
	// Longest is the lane that takes longest; of several the first.
	Longest Lane `json:"longest"`
}

// Applying returns what it takes to carry out the plan from a file: reading its
// images again, with the checks beforehand, changing them, and reading back.
// Limits knows every cloud of the plan, or is nil where nobody does. The checks
// take no time here: they are not counted by lane, and are few.
func (p *Plan) Applying(limits map[principal.Provider]Limits) Expected {
	e := p.expected(limits, p.rereading(limits), p.Calls(limits))
	for action, n := range p.Checks {
		_, name, _ := strings.Cut(action, ":")
		// A listing was for ids that are not where a manifest looks for them; the
		// plan does nothing about those.
		if len(e.Calls) > 0 && !lists(limits, name) {
			e.Calls[name] += n
		}
	}
	return e
}

// Changing returns what is left of Applying once the images have been read. It is
// still the least time: buckets count as full.
func (p *Plan) Changing(limits map[principal.Provider]Limits) Expected {
	return p.expected(limits, p.Calls(limits))
}

func (p *Plan) expected(limits map[principal.Provider]Limits, stages ...Calls) Expected {
	if len(limits) == 0 || len(p.Changes) == 0 {
		return Expected{}
	}
	at := Expect(limits, stages...)
	e := Expected{Calls: map[string]int{}, Seconds: at.Time.Round(time.Millisecond).Seconds(), Longest: at.Longest}
	for _, stage := range stages {
		for _, calls := range stage {
			for action, n := range calls {
				e.Calls[action] += n
			}
		}
	}
	return e
}

// rereading counts the calls that find the plan's images and read who may launch
// them.
func (p *Plan) rereading(limits map[principal.Provider]Limits) Calls {
	calls := Calls{}
	images := map[Lane]int{}
	for _, image := range ByImage(p.Changes) {
		images[LaneOf(image[0].Image.Image)]++
	}
	for lane, n := range images {
		of := limits[lane.Provider]
		listings := 1
		if of.IDsPerList > 0 {
			listings = (n + of.IDsPerList - 1) / of.IDsPerList
		}
		calls.Add(lane, of.List, listings)
		calls.Add(lane, of.Read, n)
	}
	return calls
}

func lists(limits map[principal.Provider]Limits, action string) bool {
	for _, of := range limits {
		if of.List == action {
			return true
		}
	}
	return false
}
