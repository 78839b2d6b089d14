"""What tools/make_exposure.py is made of; importing make_example (names, companies, invented numbers) works from here."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
