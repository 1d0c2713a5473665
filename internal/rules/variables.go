package rules

import (
	"time"

	"github.com/amisync/amisync/reconcile"
)

// What a condition can look at. The tags are the names of the fields in it.
type (
	change struct {
		Verb   string `cel:"verb"`
		Reason string `cel:"reason"`
		Until  string `cel:"until"` // 2006-01-02, or empty
		Note   string `cel:"note"`
	}
	whom struct {
		Kind string `cel:"kind"`
		ID   string `cel:"id"`   // empty for the public
		Name string `cel:"name"` // from a Directory, or empty
	}
	image struct {
		ID           string            `cel:"id"`
		Name         string            `cel:"name"`
		Account      string            `cel:"account"`
		Owner        string            `cel:"owner"` // of the OwnerAccount
		Region       string            `cel:"region"`
		Provider     string            `cel:"provider"`
		Architecture string            `cel:"architecture"`
		State        string            `cel:"state"`
		Public       bool              `cel:"public"`
		Created      time.Time         `cel:"created"`
		Tags         map[string]string `cel:"tags"`
	}
)

// variables are the subject as a condition sees it.
func variables(s reconcile.RuleSubject) map[string]any {
	return map[string]any{
		"change": &change{
			Verb:   string(s.Change.Verb),
			Reason: string(s.Change.Reason),
			Until:  s.Change.Until,
			Note:   s.Change.Note,
		},
		"principal": &whom{
			Kind: string(s.Change.Principal.Kind),
			ID:   s.Change.Principal.ID,
			Name: s.Change.Principal.Alias,
		},
		"image": &image{
			ID:           s.Image.ID,
			Name:         s.Image.Name,
			Account:      s.Image.Account,
			Owner:        s.Owner,
			Region:       s.Image.Region,
			Provider:     string(s.Image.Provider),
			Architecture: s.Image.Architecture,
			State:        string(s.Image.State),
			Public:       s.Image.Public,
			Created:      s.Image.Created,
			Tags:         s.Image.Tags,
		},
		"shares": s.Shares,
	}
}
