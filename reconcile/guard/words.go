package guard

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

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

var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*$`)

// reference is how a manifest writes the principal: `{account: payments-prod}`.
func (in Input) reference(p principal.Principal) string {
	if p.Kind == principal.Public {
		return "{public: true}"
	}
	name := in.Declarations.Aliases[p]
	if !plainName.MatchString(name) {
		name = fmt.Sprintf("%q", cmp.Or(name, p.ID))
	}
	return fmt.Sprintf("{%s: %s}", p.Kind, name)
}

// exception is what the policy needs in order to let a finding about the image
// pass for two weeks.
func (in Input) exception(code string, image principal.Image) string {
	until := in.At.UTC().AddDate(0, 0, 14).Format(time.DateOnly)
	return fmt.Sprintf("`spec: {exceptions: [{code: %s, image: %s, reason: <why>, until: %s}]}`", code, image.ID, until)
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
