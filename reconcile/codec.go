package reconcile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrPlanFile means that a plan file cannot be used: it is not a plan, is of
// another major version, or was altered.
var ErrPlanFile = errors.New("the plan file cannot be used")

// EncodePlan writes the plan as indented JSON.
func EncodePlan(p *Plan) ([]byte, error) { return encode(p) }

// DecodePlan reads what EncodePlan wrote, in this version or an older or newer
// one of the same major version. Its errors wrap ErrPlanFile.
func DecodePlan(data []byte) (*Plan, error) {
	var p Plan
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("%w: it is not a plan in JSON: %v", ErrPlanFile, err)
	}
	if p.FormatVersion == "" {
		return nil, fmt.Errorf("%w: it has no format_version, so it is not a plan", ErrPlanFile)
	}
	major, _, _ := strings.Cut(p.FormatVersion, ".")
	if known, _, _ := strings.Cut(FormatVersion, "."); major != known {
		return nil, fmt.Errorf("%w: its format version is %s, this amisync reads %s.x", ErrPlanFile, p.FormatVersion, known)
	}
	if !slices.IsSortedFunc(p.Changes, compareChanges) || Digest(p.Scope, p.Changes) != p.Digest {
		return nil, fmt.Errorf("%w: its changes do not fit its digest, so somebody altered it", ErrPlanFile)
	}
	for _, change := range p.Changes {
		if change.ID != changeID(change) {
			return nil, fmt.Errorf("%w: the id of a change does not fit what it does, so somebody altered it", ErrPlanFile)
		}
	}
	return &p, nil
}

func encode(document any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}
