"""Walks one vendor through Prism: what judge_prism_*.py have in common."""
import sys

import prism
import walks
from prism_story import DOCUMENTS
from prism_walks import walks_of


def main(vendor):
    try:
        with prism.judge(DOCUMENTS[vendor]) as judge:
            try:
                walks.walk(*walks_of(judge, vendor))
            finally:
                judge.forget()
                print(f"JUDGED: {judge.judged} requests with their answers, in {judge.walks} walks, "
                      f"by {vendor}'s document")
    except walks.Skipped as why:
        print(f"SKIPPED: {why}")
        sys.exit(77)
