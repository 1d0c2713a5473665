package schema

import "github.com/amisync/amisync/internal/unified"

// UnifiedDiff shows what Format changes in a file, as diff -u does; nothing
// where the texts are equal.
func UnifiedDiff(file string, before, after []byte) []byte {
	return []byte(unified.Diff(file, file, string(before), string(after)))
}
