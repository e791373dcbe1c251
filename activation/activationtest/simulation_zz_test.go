package activationtest_test

import ("testing";"regexp";"sort";"fmt";"os";"strconv")

func TestZZ(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("ZZ"))
	from, _ := strconv.Atoi(os.Getenv("ZZFROM"))
	re := regexp.MustCompile(`A-[0-9a-f]+|N\d|S\d(-U\d)?|\d+`)
	count := map[string]int{}; first := map[string][]int{}
	for seed := from; seed < from+n; seed++ {
		if r := simulate(uint64(seed), simMutant{}); r.failure != "" {
			f := r.failure
			if len(f) > 600 { f = f[:600] }
			k := re.ReplaceAllString(f, "#")
			if len(k) > 160 { k = k[:160] }
			count[k]++
			if len(first[k])<4 {first[k] = append(first[k], seed)}
		}
	}
	var ks []string
	for k := range count { ks = append(ks, k) }
	sort.Slice(ks, func(i, j int) bool { return count[ks[i]] > count[ks[j]] })
	for _, k := range ks { fmt.Printf("%5d %v  %s\n", count[k], first[k], k) }
}
