package reconcile

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Part is one of several parts, counted from 1, such as 2/7. The zero value is
// the whole.
type Part struct{ Index, Of int }

// maxParts bounds the number of parts that anybody could mean.
const maxParts = 10_000

// ParsePart reads what String writes. There is at least one part, and 1/1 is the
// whole.
func ParsePart(text string) (Part, error) {
	index, of, _ := strings.Cut(text, "/")
	i, iErr := strconv.Atoi(index)
	n, nErr := strconv.Atoi(of)
	switch {
	case iErr != nil || nErr != nil:
		return Part{}, fmt.Errorf("a part looks like 2/7, not %q", text)
	case n < 1 || n > maxParts:
		return Part{}, fmt.Errorf("there are 1 to %d parts, not %d", maxParts, n)
	case i < 1 || i > n:
		return Part{}, fmt.Errorf("of %d parts, the first is 1/%d and the last %d/%d; there is no %q", n, n, n, n, text)
	case n == 1:
		return Part{}, nil
	}
	return Part{i, n}, nil
}

// IsZero reports whether the part is the whole.
func (p Part) IsZero() bool { return p == Part{} }

// String is the part as the command line has it; empty for the whole.
func (p Part) String() string {
	if p.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d/%d", p.Index, p.Of)
}

// MarshalText implements encoding.TextMarshaler.
func (p Part) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Part) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Part{}
		return nil
	}
	part, err := ParsePart(string(text))
	*p = part
	return err
}

// Holds reports whether the name falls to the part: of all the parts, each name
// falls to exactly one, whatever other names there are, and always to the same.
func (p Part) Holds(name string) bool {
	if p.IsZero() {
		return true
	}
	sum := sha256.Sum256([]byte(name))
	return binary.BigEndian.Uint64(sum[:8])%uint64(p.Of) == uint64(p.Index-1)
}
