package reconcile_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/amisync/amisync/reconcile"
)

// Whatever a plan file holds, it is refused as such or read; what is read can be
// written, and is read again as the same plan.
func FuzzDecodePlan(f *testing.F) {
	good, err := reconcile.EncodePlan(one(grants(account("200000000001")), org).plan(reconcile.Scope{Images: []string{"base-*"}}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format_version":"1.0","changes":null,"digest":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkDecode(t, data)
		checkDecode(t, sealed(data))
	})
}

func checkDecode(t *testing.T, data []byte) {
	p, err := reconcile.DecodePlan(data)
	if err != nil {
		if !errors.Is(err, reconcile.ErrPlanFile) || p != nil {
			t.Errorf("%v, %v", p, err)
		}
		return
	}
	written, err := reconcile.EncodePlan(p)
	if err != nil {
		t.Skip("a time that JSON cannot say")
	}
	again, err := reconcile.DecodePlan(written)
	if err != nil {
		t.Fatalf("%v\n%s", err, written)
	}
	if sum := again.Checksum; !reflect.DeepEqual(normal(p), normal(again)) {
		t.Errorf("read as\n%+v\nand again as\n%+v\n%s", p, again, sum)
	}
	if sameFields(data, written) && p.Checksum != again.Checksum {
		t.Errorf("the checksum changed from %s to %s", p.Checksum, again.Checksum)
	}
}

// normal is the plan without its checksum, which covers fields that this version
// does not know, and as JSON writes it: empty and absent are the same.
func normal(p *reconcile.Plan) any {
	copied := *p
	copied.Checksum = ""
	text, err := json.Marshal(copied)
	if err != nil {
		return err
	}
	return string(text)
}

// sameFields reports whether two documents hold the same, their checksums apart.
func sameFields(a, b []byte) bool {
	var left, right map[string]any
	if json.Unmarshal(a, &left) != nil || json.Unmarshal(b, &right) != nil {
		return false
	}
	delete(left, "checksum")
	delete(right, "checksum")
	return reflect.DeepEqual(left, right)
}

// sealed is the document with a digest, ids and a checksum that fit what it
// holds, so that it comes further.
func sealed(data []byte) []byte {
	var document map[string]any
	var p reconcile.Plan
	if json.Unmarshal(data, &document) != nil || document == nil || json.Unmarshal(data, &p) != nil {
		return nil
	}
	document["digest"] = reconcile.Digest(p.Scope, p.Changes)
	delete(document, "checksum")
	text, err := json.Marshal(document)
	if err != nil {
		return nil
	}
	if document["checksum"], err = reconcile.Checksum(text); err != nil {
		return nil
	}
	text, _ = json.Marshal(document) // it was encoded before
	return text
}

func TestPlanFilesThatReadersTakeDifferentlyAreRefused(t *testing.T) {
	good, err := reconcile.EncodePlan(one(grants(account("200000000001"))).plan(reconcile.Scope{}))
	if err != nil {
		t.Fatal(err)
	}
	for old, edit := range map[string][2]string{
		`"changes": [`:        {`"changes": [{"reason": "declared"}], "changes": [`, `it has the key "changes" twice in one object`},
		`"summary": `:         {`"ſummary": {}, "summary": `, `it has the key "summary" twice in one object`},
		`"digest": `:          {`"Digest": "x", "digest": `, `it has the key "digest" twice in one object`},
		`"kind": "account"`:   {`"kind": "account", "kind": "account"`, `it has the key "kind" twice in one object`},
		`"id": "200000000001`: {"\"id\": \"200000000001\xff", "it is not UTF-8"},
	} {
		text := strings.Replace(string(good), old, edit[0], 1)
		if text == string(good) {
			t.Fatalf("the plan holds no %s", old)
		}
		_, err := reconcile.DecodePlan([]byte(text))
		if !errors.Is(err, reconcile.ErrPlanFile) || !strings.HasSuffix(err.Error(), edit[1]) {
			t.Errorf("%s: %v", edit[0], err)
		}
	}
}
