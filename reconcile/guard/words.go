package guard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func named(image reconcile.Image) reconcile.NamedImage {
	return reconcile.NamedImage{Image: image.Image, Name: image.Name}
}

// title is how messages call an image.
func title(image reconcile.NamedImage) string {
	if image.Name == "" {
		return image.ID
	}
	return image.Name
}

// label is how messages call a principal.
func (in Input) label(p principal.Principal) string {
	return reconcile.NamedPrincipal{Principal: p, Alias: in.Declarations.Aliases[p]}.Title()
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

var plainName = lazy.Regexp(`^[A-Za-z][A-Za-z0-9_./-]*$`)

// reference is how a manifest writes the principal: `{account: payments-prod}`.
func (in Input) reference(p principal.Principal) string {
	if p.Kind == principal.Public {
		return "{public: true}"
	}
	name := in.Declarations.Aliases[p]
	if !plainName().MatchString(name) {
		name = fmt.Sprintf("%q", cmp.Or(name, p.ID))
	}
	return fmt.Sprintf("{%s: %s}", p.Kind, name)
}

// exception is the entry that accepts the findings of a code for two weeks: about
// the share or, where no share is to blame, the image.
func (in Input) exception(code, share string, image principal.Image) string {
	about := "share: " + share
	if share == "" {
		about = "image: " + image.ID
	}
	until := in.At.UTC().AddDate(0, 0, 14).Format(time.DateOnly)
	return fmt.Sprintf("exceptions: [{code: %s, %s, reason: <why>, until: %s}]", code, about, until)
}

// inPolicy says how a key comes into the policy: the whole document where there
// is none yet.
func (in Input) inPolicy(key string) string {
	if in.Declarations.Policy.Source.File == "" {
		return fmt.Sprintf("write policy.yaml: `{apiVersion: amisync/v1, kind: Policy, metadata: {name: guardrails}, spec: {%s}}`", key)
	}
	return fmt.Sprintf("set under `spec` in policy.yaml: `%s`", key)
}

// enumerate joins the words: "a, b and c". Beyond ten it counts the rest.
func enumerate(words []string) string {
	const most = 10
	if len(words) > most {
		words = append(slices.Clone(words[:most]), fmt.Sprintf("%d more", len(words)-most))
	}
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
