package reconcile

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrDocument means that a file is none of the documents that amisync writes,
// or of another major version.
var ErrDocument = errors.New("the file cannot be used")

// Document is what a file holds: one of these is set.
type Document struct {
	Plan   *Plan
	Result *Result
	Drift  *Drift
}

// DecodeDocument reads what EncodePlan, EncodeResult or EncodeDrift wrote. Its
// errors wrap ErrDocument, or ErrPlanFile where the file is a plan and altered,
// say.
func DecodeDocument(data []byte) (Document, error) {
	var kind struct {
		Outcomes   json.RawMessage `json:"outcomes"`
		Deviations json.RawMessage `json:"deviations"`
		Changes    json.RawMessage `json:"changes"`
	}
	_ = json.Unmarshal(data, &kind) // what is no object has none of them
	var document Document
	var err error
	switch {
	case kind.Outcomes != nil:
		document.Result, err = decode[Result](data)
	case kind.Deviations != nil:
		document.Drift, err = decode[Drift](data)
	case kind.Changes != nil:
		document.Plan, err = DecodePlan(data)
	default:
		err = fmt.Errorf("%w: it is no plan, result or drift in JSON", ErrDocument)
	}
	return document, err
}

func decode[T any](data []byte) (*T, error) {
	var version struct {
		FormatVersion string `json:"format_version"`
	}
	document := new(T)
	if err := errors.Join(json.Unmarshal(data, &version), json.Unmarshal(data, document), checkJSON(data)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	if err := checkVersion(version.FormatVersion); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	return document, nil
}

// checkVersion refuses documents of another major version.
func checkVersion(version string) error {
	major, _, _ := strings.Cut(version, ".")
	if known, _, _ := strings.Cut(FormatVersion, "."); major != known {
		return fmt.Errorf("its format version is %s, this amisync reads %s.x", version, known)
	}
	return nil
}
