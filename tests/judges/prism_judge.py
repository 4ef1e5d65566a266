"""Walks one vendor through Prism: what judge_prism_*.py have in common."""
import sys

import prism
import walks
from prism_story import DOCUMENTS
from prism_walks import walks_of


def main(vendor):
    try:
        with prism.judge(DOCUMENTS[vendor]) as judge:
            stories = walks_of(judge, vendor)
            try:
                walks.walk(*stories)
            finally:
                judge.forget()
                print(f"JUDGED: {judge.judged} requests with their answers, in {len(stories)} "
                      f"stories, by {vendor}'s document")
    except walks.Skipped as why:
        print(f"SKIPPED: {why}")
        sys.exit(77)
