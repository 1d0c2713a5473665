package soak

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/schema"
)

// throughYAML writes the manifests out and goes on with what schema reads: it
// must be the same.
func (w *world) throughYAML() {
	if !w.oneIn(4) {
		return
	}
	policy, shares := documents(w.draw, w.declarations)
	files := fstest.MapFS{"policy.yaml": {Data: policy}, "estate/all.yaml": {Data: shares}}
	estate, err := schema.Load(files, "manifests")
	var compiled *reconcile.Declarations
	if err == nil {
		compiled, err = estate.Compile(schema.Options{Rules: conditionOf})
	}
	if err != nil {
		w.hit("manifests that are refused")
		provable := strings.Contains(err.Error(), "exclusive") || strings.Contains(err.Error(), "an image can be shared with")
		if !provable { // two exclusive shares of the same images, more principals than the quota: a plan would find them too
			w.violate("the manifests are refused: %v\n%s\n%s", err, policy, shares)
		}
		return
	}
	w.hit("manifests in YAML")
	if says, want := plainly(compiled), plainly(w.declarations); says != want {
		w.violate("the manifests read as\n%s\nnot as\n%s", says, want)
	}
	w.declarations = compiled
}

// plainly writes declarations without positions, code, and the way in which they
// were written.
func plainly(d *reconcile.Declarations) string {
	copied := *d
	copied.Policy.Rules, copied.Policy.Name, copied.Directory = nil, "", nil
	copied.Shares = slices.Clone(d.Shares)
	for i := range copied.Shares {
		share := &copied.Shares[i]
		share.Regions, share.Entries, share.Grants = nil, nil, withoutWay(share.Grants)
	}
	v := reflect.New(reflect.TypeOf(copied)).Elem()
	v.Set(reflect.ValueOf(copied))
	return fmt.Sprintf("%+v", withoutSources(v))
}

// withoutWay are the grants without the groups and names that lead to them.
func withoutWay(grants []reconcile.Grant) []reconcile.Grant {
	copied := slices.Clone(grants)
	for i := range copied {
		copied[i].Via = nil
	}
	return copied
}

// withoutSources is a copy of a value with every Source in it emptied.
func withoutSources(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	switch {
	case v.Type() == reflect.TypeFor[reconcile.Source]():
		copied.SetZero()
	case v.Type() == reflect.TypeFor[time.Time]():
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			copied.Field(i).Set(withoutSources(v.Field(i)))
		}
	case v.Kind() == reflect.Slice && !v.IsNil():
		copied.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			copied.Index(i).Set(withoutSources(v.Index(i)))
		}
	}
	return copied
}

// fields are the keys of a YAML mapping.
type fields map[string]any

func document(kind, name string, spec fields) []byte {
	text, err := yaml.Marshal(fields{"apiVersion": schema.APIVersion, "kind": kind, "metadata": fields{"name": name}, "spec": spec})
	if err != nil {
		panic(err) // of plain values
	}
	return append([]byte("---\n"), text...)
}

// documents are the declarations as manifests: policy.yaml, and all else.
func documents(d draw, declared *reconcile.Declarations) (policy, others []byte) {
	for _, owner := range declared.Owners {
		others = append(others, document(schema.KindOwnerAccount, owner.Name, ownerSpec(owner))...)
	}
	named := map[principal.Kind]fields{principal.Account: {}, principal.Organization: {}, principal.OrganizationalUnit: {}}
	for p, alias := range declared.Aliases {
		named[p.Kind][alias] = p.ID
	}
	refs := referrer{d, declared.Aliases, map[string][]fields{}}
	for _, share := range declared.Shares {
		others = append(others, document(schema.KindImageShare, share.Share, refs.share(share))...)
	}
	others = append(others, document(schema.KindDirectory, "names", fields{"accounts": named[principal.Account],
		"organizations": named[principal.Organization], "organizationalUnits": named[principal.OrganizationalUnit], "groups": refs.groups})...)
	return document(schema.KindPolicy, "guardrails", refs.policy(declared.Policy)), others
}

func ownerSpec(owner reconcile.Owner) fields {
	spec := fields{"id": owner.Account, "role": owner.Role, "externalId": owner.ExternalID, "regions": owner.Regions}
	quotas := fields{}
	put(quotas, "sharingEntities", owner.Quotas.SharingEntities)
	put(quotas, "publicImages", owner.Quotas.PublicImages)
	if len(quotas) > 0 {
		spec["quotas"] = quotas
	}
	return spec
}

// put sets a key unless the value is zero.
func put[T comparable](f fields, key string, value T) {
	var zero T
	if value != zero {
		f[key] = value
	}
}

// referrer writes principals by name or by id, and some of them as groups.
type referrer struct {
	draw
	aliases map[principal.Principal]string
	groups  map[string][]fields
}

func (r *referrer) ref(p principal.Principal) fields {
	if p == principal.Everyone {
		return fields{"public": true}
	}
	if alias := r.aliases[p]; alias != "" && r.oneIn(2) {
		return fields{string(p.Kind): alias}
	}
	return fields{string(p.Kind): p.ID}
}

func (r *referrer) refs(principals []principal.Principal) []fields {
	list := []fields{}
	for _, p := range principals {
		list = append(list, r.ref(p))
	}
	return list
}

func (r *referrer) share(share reconcile.Declaration) fields {
	s := share.Selector
	images := fields{}
	put(images, "name", s.Name)
	put(images, "architecture", s.Architecture)
	put(images, "newest", s.Newest)
	if len(s.Tags) > 0 {
		images["tags"] = s.Tags
	}
	var ids []fields
	for _, id := range s.IDs {
		ids = append(ids, fields{"region": id.Image.Region, "id": id.Image.ID})
	}
	spec := fields{"owner": share.Owner, "images": images, "mode": string(share.Mode), "launchPermissions": r.permissions(share)}
	if ids != nil {
		images["ids"] = ids
		return spec
	}
	var regions []string
	for _, lane := range share.Lanes {
		regions = append(regions, lane.Region)
	}
	spec["regions"] = regions
	return spec
}

// permissions writes some of the unbounded grants as a group.
func (r *referrer) permissions(share reconcile.Declaration) []fields {
	list, group := []fields{}, []fields{}
	for _, grant := range share.Grants {
		ref := r.ref(grant.Principal)
		if grant.Until.IsZero() && grant.Principal != principal.Everyone && r.oneIn(3) {
			group = append(group, ref)
			continue
		}
		if !grant.Until.IsZero() {
			ref["until"] = grant.Until.Format(time.DateOnly)
		}
		put(ref, "reason", grant.Reason)
		list = append(list, ref)
	}
	if len(group) > 0 {
		name := "of-" + share.Share
		r.groups[name] = group
		list = append(list, fields{"group": name})
	}
	return list
}
