"""Demos: what readers move with their hands. Each is an anywidget, alive on a static page, in JupyterLab and in notebooks.

README.md in this folder says how to make one.
"""

from .basin_map import BasinMap
from .choose_k import ChooseK
from .color_palette import ColorPalette
from .denoising import Denoising
from .density_by_hand import DensityByHand
from .draw_and_remember import DrawAndRemember
from .five_families import FiveFamilies
from .food_truck_map import FoodTruckMap
from .freeze_layers import FreezeLayers
from .label_efficiency import LabelEfficiency
from .labels_are_names import LabelsAreNames
from .latent_explorer import LatentExplorer
from .linear_autoencoder import LinearAutoencoder
from .masking_ratio import MaskingRatio
from .restart_lottery import RestartLottery
from .stability import Stability
from .three_curtains import ThreeCurtains

__all__ = [
    "BasinMap", "ChooseK", "ColorPalette", "Denoising", "DensityByHand", "DrawAndRemember", "FiveFamilies", "FoodTruckMap", "FreezeLayers",
    "LabelEfficiency", "LabelsAreNames", "LatentExplorer", "LinearAutoencoder", "MaskingRatio", "RestartLottery", "Stability", "ThreeCurtains",
]
