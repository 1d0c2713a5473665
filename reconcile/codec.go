package reconcile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ErrPlanFile means that a plan file cannot be used: it is not a plan, is of
// another major version, or was altered.
var ErrPlanFile = errors.New("the plan file cannot be used")

// EncodePlan writes the plan as indented JSON, with its checksum.
func EncodePlan(p *Plan) ([]byte, error) {
	sealed := *p
	sealed.Checksum = ""
	text, err := json.Marshal(&sealed)
	if err != nil {
		return nil, err
	}
	if sealed.Checksum, err = checksum(text); err != nil {
		return nil, err
	}
	return encode(&sealed)
}

// checksum is the hash of a JSON document apart from its checksum field. The
// order of keys and white space do not matter, and fields of later versions
// count like all others.
func checksum(document []byte) (string, error) {
	var fields map[string]any
	if err := json.Unmarshal(document, &fields); err != nil {
		return "", err
	}
	delete(fields, "checksum")
	canonical, err := json.Marshal(fields)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(canonical)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// DecodePlan reads what EncodePlan wrote, in this version or an older or newer
// one of the same major version. Its errors wrap ErrPlanFile.
func DecodePlan(data []byte) (*Plan, error) {
	var p Plan
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("%w: it is not a plan in JSON: %v", ErrPlanFile, err)
	}
	if err := checkJSON(data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlanFile, err)
	}
	if p.FormatVersion == "" {
		return nil, fmt.Errorf("%w: it has no format_version, so it is not a plan", ErrPlanFile)
	}
	if err := checkVersion(p.FormatVersion); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlanFile, err)
	}
	if sum, err := checksum(data); err != nil || sum != p.Checksum || Digest(p.Scope, p.Changes) != p.Digest {
		return nil, fmt.Errorf("%w: it does not fit its checksum, so somebody altered it", ErrPlanFile)
	}
	ids := make(map[string]bool, len(p.Changes))
	for _, change := range p.Changes {
		if change.ID != changeID(change) {
			return nil, fmt.Errorf("%w: the id of a change does not fit what it does, so somebody altered it", ErrPlanFile)
		}
		ids[change.ID] = true
	}
	for _, step := range p.Steps {
		if len(step.Changes) == 0 || slices.ContainsFunc(step.Changes, func(id string) bool { return !ids[id] }) {
			return nil, fmt.Errorf("%w: step %q carries out no change of it, so somebody altered it", ErrPlanFile, step.ID)
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
